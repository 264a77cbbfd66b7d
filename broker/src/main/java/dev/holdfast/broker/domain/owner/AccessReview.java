package dev.holdfast.broker.domain.owner;

import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.OwnerInbox;

/**
 * Looks at attached links again when what principals may do has changed, and closes those that
 * would not be let in now. Owner thread.
 */
final class AccessReview {
  private final PublisherLinks publishers;
  private final ConsumerLinks consumers;
  private final OwnerInbox self;

  AccessReview(PublisherLinks publishers, ConsumerLinks consumers, OwnerInbox self) {
    this.publishers = publishers;
    this.consumers = consumers;
    this.self = self;
  }

  void carryOut(OwnerCommand.Recheck command) {
    publishers.review(command.peer());
    // What goes with a link may need a batch of its own, as when its peer closes it.
    self.submit(consumers.review(command.peer()));
  }
}
