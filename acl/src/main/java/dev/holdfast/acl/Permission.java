package dev.holdfast.acl;

/** An operation that a rule can allow or deny. */
public enum Permission {
  /** Put a message into a node. */
  SEND,
  /** Take messages out of a node. */
  RECEIVE,
  /** Read messages without taking them. */
  BROWSE,
  /** Make a node. */
  CREATE,
  /** Remove a node with what is in it. */
  DELETE,
  /** Remove a node's messages. */
  PURGE,
  /** Move messages between nodes. */
  MOVE,
  /** See that a node exists, its counts and settings. */
  INSPECT,
  /** Change a node's settings. */
  CONFIGURE,
  /** Manage the broker: users, connections, settings. */
  MANAGE
}
