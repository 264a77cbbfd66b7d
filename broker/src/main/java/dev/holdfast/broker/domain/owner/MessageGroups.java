package dev.holdfast.broker.domain.owner;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message groups of one subscription, and whose they are. The first consumer that gets a
 * message of a group holds it until it goes; then the group goes to another one, as soon as nothing
 * of it is out any more.
 *
 * <p>No more than {@value #MOST} groups are known at a time. Of a group beyond, the one that has
 * been idle for longest is forgotten, and finds a holder anew; while none is idle, messages of
 * groups not known wait. Owner thread; allocates nothing before there are groups.
 */
final class MessageGroups {
  static final int MOST = 1_024;

  private @Nullable Map<String, MessageGroup> all;

  /** Of these no message is here, in the order in which the last one left. */
  private final Map<String, MessageGroup> idle = new LinkedHashMap<>(0);

  private boolean changed;

  boolean isEmpty() {
    return all == null;
  }

  /** The group with this id; null when there is no room for one more. */
  @Nullable MessageGroup find(String groupId) {
    MessageGroup group = all == null ? null : all.get(groupId);
    if (group == null && (all == null || all.size() < MOST || forgetOne())) {
      group = make(groupId);
    }
    return group;
  }

  private MessageGroup make(String groupId) {
    if (all == null) {
      all = new HashMap<>();
    }
    MessageGroup group = new MessageGroup(groupId);
    all.put(groupId, group);
    idle.put(groupId, group);
    return group;
  }

  private boolean forgetOne() {
    Iterator<MessageGroup> oldest = idle.values().iterator();
    if (all == null || !oldest.hasNext()) {
      return false;
    }
    all.remove(oldest.next().id);
    oldest.remove();
    return true;
  }

  /** A message of it is handed out. */
  void handedOut(MessageGroup group, ConsumerTarget consumer) {
    group.holder = consumer;
    group.out++;
    idle.remove(group.id);
  }

  /** A message of it has been set aside. */
  void setAside(MessageGroup group) {
    group.aside++;
    idle.remove(group.id);
  }

  /** A message that was set aside has left that place. */
  void tookUp(MessageGroup group) {
    group.aside--;
    rest(group);
  }

  /** A message that was out has its outcome. */
  void settled(MessageGroup group) {
    group.out--;
    leave(group);
    rest(group);
  }

  /** A message of it waits for its moment. */
  void waits(MessageGroup group) {
    changed |= group.waiting == 0;
    group.waiting++;
    idle.remove(group.id);
  }

  /** A message of it waits no longer. */
  void waitEnded(MessageGroup group) {
    group.waiting--;
    changed |= group.waiting == 0;
    rest(group);
  }

  /** A consumer has gone: its groups are for others, once nothing of them is out. */
  void detached() {
    if (all != null) {
      for (MessageGroup group : all.values()) {
        leave(group);
      }
    }
  }

  private void leave(MessageGroup group) {
    if (group.holder != null && group.holder.closed) {
      changed = true;
      group.holder = group.out == 0 ? null : group.holder;
    }
  }

  private void rest(MessageGroup group) {
    if (group.isIdle()) {
      idle.put(group.id, group);
    }
  }

  /** Whether what was set aside has to be set elsewhere, since the last {@link #takeChanged()}. */
  boolean hasChanged() {
    return changed;
  }

  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }
}
