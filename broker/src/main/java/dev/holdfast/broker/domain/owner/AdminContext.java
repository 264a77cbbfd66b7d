package dev.holdfast.broker.domain.owner;

import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.storage.MessageStore;

/** What management works on; owner thread. */
record AdminContext(
    MessageStore store,
    NodeRegistry nodes,
    AccessCheck access,
    ReadAhead reads,
    BacklogReader backlogs,
    DirtySubscriptions dirty,
    DomainSettings settings) {

  /** The queue at this address, if the principal may do this to it. */
  Queue queue(Principal principal, Permission permission, String address) {
    check(principal, permission, address);
    Queue queue = nodes.find(address);
    if (queue == null) {
      throw new NodeException(PublisherLinks.noSuchNode(address));
    }
    return queue;
  }

  void check(Principal principal, Permission permission, String address) {
    NodeError denied = access.denied(principal, permission, address);
    if (denied != null) {
      throw new NodeException(denied);
    }
  }
}
