package dev.holdfast.broker.domain;

import dev.holdfast.acl.Principal;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * What management does to hold something back. Any thread; stages complete on the owner thread
 * after the commit they depend on, exceptionally with {@link NodeException} when refused.
 */
public interface MaintenanceAdmin {

  /** How the broker works now. */
  CompletionStage<BrokerMode> mode();

  /** Refuses messages, or takes them again; needs the right to manage; survives a restart. */
  CompletionStage<BrokerMode> readOnly(Principal principal, boolean on, String reason);

  /** Refuses messages and new connections until that is ended or the broker starts again. */
  CompletionStage<BrokerMode> drain(Principal principal, boolean on, String reason);

  /**
   * Pauses a node, or lets it go on; needs the right to configure it; survives a restart.
   *
   * @param change from what is held back to what is from now on; on the owner thread, maybe twice
   * @return what is held back now
   */
  CompletionStage<Pause> pause(
      Principal principal, NodeKind kind, String name, UnaryOperator<Pause> change);
}
