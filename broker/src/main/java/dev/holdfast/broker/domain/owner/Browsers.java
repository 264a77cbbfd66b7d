package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.broker.domain.ConsumerPort;
import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.Peer;
import dev.holdfast.storage.StoreView;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All links that browse. */
final class Browsers {
  private final ReadAhead reads;
  private final BacklogReader reports;
  private final IdentityHashMap<ConsumerPort, Browser> byPort = new IdentityHashMap<>();

  /** The same, to go through them in order. */
  private final List<Browser> all = new ArrayList<>();

  Browsers(ReadAhead reads, BacklogReader reports) {
    this.reads = reads;
    this.reports = reports;
  }

  void open(OwnerCommand.OpenConsumer command, Resolution.Browse browse, Outbox.Lane lane) {
    ReceivingLink link = new ReceivingLink(command.port(), lane);
    Browser browser = new Browser(link, command.peer(), browse.queue(), browse.source().filter());
    byPort.put(command.port(), browser);
    all.add(browser);
    link.emit(new EdgeEvent.ConsumerOpened(command.port(), browse.source()));
  }

  @Nullable Browser find(ConsumerPort port) {
    return byPort.get(port);
  }

  void close(ConsumerPort port) {
    Browser browser = byPort.remove(port);
    if (browser != null) {
      browser.close();
      all.remove(browser);
    }
  }

  /** Everybody looks on, after each batch. */
  void run(StoreView view, long nowMs) {
    for (int i = all.size() - 1; i >= 0; i--) {
      Browser browser = all.get(i);
      if (browser.queue.deleted()) {
        browser.deleted();
        close(browser.link.port);
      } else {
        browser.run(view, nowMs, reads, reports);
      }
    }
  }

  /** Closes links of {@code peer}, null: of everybody, that would not be let in now. */
  void review(@Nullable Peer peer, AccessCheck access, List<OwnerCommand> endings) {
    for (Browser browser : all) {
      NodeError denied =
          peer == null || peer == browser.peer
              ? access.denied(browser.peer.principal(), Permission.BROWSE, browser.queue.name())
              : null;
      if (denied != null) {
        browser.link.flow(0, 0, false);
        browser.link.emit(
            new EdgeEvent.ConsumerClosed(browser.link.port, AccessCheck.revoked(denied)));
        endings.add(new OwnerCommand.CloseConsumer(browser.link.port, LinkEnding.DETACHED));
      }
    }
  }

  /** The broker stops. */
  void closeAll(NodeError error) {
    for (Browser browser : all) {
      browser.close();
      browser.link.emit(new EdgeEvent.ConsumerClosed(browser.link.port, error));
    }
  }
}
