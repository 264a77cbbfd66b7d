package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.BrokerMode;
import java.util.concurrent.CompletableFuture;

/** Makes the broker refuse messages, or take them again. */
final class SetReadOnly implements NodeChange {
  private final AdminContext context;
  private final boolean on;
  private final String reason;
  private final CompletableFuture<BrokerMode> result;

  SetReadOnly(
      AdminContext context, boolean on, String reason, CompletableFuture<BrokerMode> result) {
    this.context = context;
    this.on = on;
    this.reason = reason;
    this.result = result;
  }

  private BrokerMode wanted() {
    return new BrokerMode(on, context.nodes().maintenance().mode().draining(), reason);
  }

  @Override
  public boolean stage(StagedBatch batch) {
    if (on) {
      batch.changes().putDefinition(Maintenance.MODE, Maintenance.encode(wanted()));
    } else {
      batch.changes().deleteDefinition(Maintenance.MODE);
    }
    return true;
  }

  @Override
  public void committed() {
    context.nodes().maintenance().mode(wanted());
    result.complete(context.nodes().maintenance().mode());
  }
}
