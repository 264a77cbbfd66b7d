package dev.holdfast.broker.domain.owner;

import static dev.holdfast.broker.domain.owner.SimModel.check;

import dev.holdfast.broker.domain.StartFrom;
import dev.holdfast.storage.ChunkInfo;
import dev.holdfast.storage.StoreException;
import dev.holdfast.storage.StoreView;
import dev.holdfast.storage.StoredMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The nodes of the simulation, and what really lies in their logs. */
final class SimWorld {
  static final String[] QUEUES = {"red", "blue"};
  static final String[] TOPICS = {"n.1", "n.2"};
  static final String[] SUBSCRIPTIONS = {"n.1::all", "n.1::third", "n.*::any"};

  /** Queues, subscriptions, and the dead letters of each. */
  static final List<String> PLACES = places();

  private final Rig rig;

  /** Chunks never change: read once in a life. */
  private final Map<Long, List<StoredMessage>> chunks = new HashMap<>();

  SimWorld(Rig rig) {
    this.rig = rig;
    rig.create("red", 3);
    rig.create("blue", 2);
    for (String topic : TOPICS) {
      rig.topic(topic);
    }
    for (String address : SUBSCRIPTIONS) {
      subscribe(address);
    }
  }

  private static List<String> places() {
    List<String> places = new ArrayList<>();
    for (String[] homes : new String[][] {QUEUES, SUBSCRIPTIONS}) {
      for (String home : homes) {
        places.add(home);
        places.add(home + "/$dead-letter");
      }
    }
    return places;
  }

  void subscribe(String address) {
    rig.subscribe(
        SubscriptionNames.source(address),
        SubscriptionNames.name(address),
        filter(address),
        StartFrom.LATEST);
  }

  static @Nullable SimFilter filter(String address) {
    return address.endsWith("::third") ? new SimFilter(3, 1) : null;
  }

  static boolean isSubscription(String place) {
    return place.contains("::");
  }

  static boolean isDeadLetters(String place) {
    return place.endsWith("/$dead-letter");
  }

  /** Where a message that lies here was published to, or which subscription it was for. */
  static String home(String place) {
    return isDeadLetters(place) ? place.substring(0, place.indexOf("/$")) : place;
  }

  /** The process has ended. */
  void crashed() {
    chunks.clear();
  }

  /** Reads every log as naively as possible: ids by place. */
  Map<String, List<Integer>> storedNow() {
    Map<String, List<Integer>> stored = new LinkedHashMap<>();
    for (String place : PLACES) {
      stored.put(place, stored(place));
    }
    return stored;
  }

  private List<Integer> stored(String place) {
    List<Integer> ids = new ArrayList<>();
    Subscription group = group(place);
    if (group == null) {
      return ids;
    }
    for (LogCursor cursor : group.cursors()) {
      addIds(ids, place, cursor);
    }
    check(group.messages(rig.store.view()) == ids.size(), place + " counts wrong");
    check(group.unreadable() == 0, place + " has nothing unreadable");
    long out = 0;
    for (LogCursor cursor : group.cursors()) {
      out += cursor.outSequences().length;
    }
    check(group.unsettled() == out, place + " counts its unsettled messages wrong");
    return ids;
  }

  /** Null: dead letters that were not needed so far. */
  @Nullable Subscription group(String place) {
    Queue queue = rig.body.nodes().queue(place);
    if (queue != null) {
      return queue.subscription;
    }
    TopicSubscription subscription = rig.body.nodes().subscriptions().find(place);
    check(
        subscription != null || (isDeadLetters(place) && isSubscription(place)),
        place + " is gone");
    return subscription == null ? null : subscription.group;
  }

  private void addIds(List<Integer> ids, String place, LogCursor cursor) {
    StoreView.LogView log = rig.store.view().log(cursor.log.id);
    StoreView.CursorView view = log.cursor(cursor.id);
    // At consumers, or waiting for their moment.
    Set<Long> out = new HashSet<>();
    for (long sequence : cursor.elsewhere()) {
      check(out.add(sequence), place + ": " + sequence + " is out or waits twice");
    }
    long bytes = 0;
    long from = log.firstSequence();
    for (ChunkInfo c = log.chunkAtOrAfter(from); c != null; c = log.chunkAtOrAfter(from)) {
      for (StoredMessage message : read(log, c)) {
        if (!view.acknowledged(message.sequence())) {
          inOnePlace(place, cursor.backlog, out, message.sequence());
          ids.add(SimModel.id(message.body()));
          bytes += message.bytes();
        }
      }
      from = c.endSequence();
    }
    DeadLetterTally tally = cursor.log.tally;
    check(
        tally == null || !tally.known() || tally.messages() == view.messages(),
        place + " counts its dead letters wrong");
    check(view.bytes() == bytes, place + " counts " + view.bytes() + " bytes, not " + bytes);
  }

  /**
   * Every message that waits is out, returned, in the window, or on disk for the window to come.
   */
  private static void inOnePlace(String place, Backlog backlog, Set<Long> allOut, long sequence) {
    Window window = backlog.window();
    boolean out = allOut.contains(sequence);
    boolean returned = backlog.returned().get(sequence) != null;
    boolean inWindow = window.holds(window.slotFrom(sequence), sequence);
    boolean toCome = sequence >= backlog.loadFrom() && !backlog.isElsewhere(sequence);
    int places = (out ? 1 : 0) + (returned ? 1 : 0) + (inWindow ? 1 : 0) + (toCome ? 1 : 0);
    if (places != 1) {
      throw new AssertionError(
          place
              + ": "
              + sequence
              + (out ? " is out or waits," : "")
              + (returned ? " is returned," : "")
              + (inWindow ? " is in the window," : "")
              + (toCome ? " is to come," : "")
              + " in all in "
              + places
              + " places");
    }
  }

  private List<StoredMessage> read(StoreView.LogView log, ChunkInfo chunk) {
    return chunks.computeIfAbsent(
        chunk.chunkId(),
        id -> {
          try {
            return rig.store.read(log.id(), chunk);
          } catch (StoreException e) {
            throw new AssertionError("log " + log.id() + " cannot be read", e);
          }
        });
  }
}
