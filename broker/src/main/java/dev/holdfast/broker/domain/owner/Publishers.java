package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.EdgeEvent;
import dev.holdfast.broker.domain.NodeError;
import java.util.ArrayList;
import java.util.List;

/** The sending links of one node. */
final class Publishers {
  private final List<PublisherTarget> targets = new ArrayList<>(0);

  void attach(PublisherTarget target) {
    targets.add(target);
  }

  void detach(PublisherTarget target) {
    targets.remove(target);
  }

  int count() {
    return targets.size();
  }

  /** The node is gone. */
  void close(NodeError error) {
    for (PublisherTarget target : targets) {
      target.refusal = error;
      target.emit(new EdgeEvent.PublisherClosed(target.port, error));
    }
    targets.clear();
  }
}
