package dev.holdfast.it.access;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing to try: an operation on a node of its own, for which there are rules of its own.
 *
 * @param caller who
 * @param door which way in
 * @param operation as rules call it
 * @param kind of the resource
 * @param rules what they say
 * @param shape how they name the node
 * @param name of the queue or topic; a subscription's is {@code s}
 */
record Attempt(
    CallerKind caller,
    Door door,
    String operation,
    Kind kind,
    RuleCase rules,
    Shape shape,
    String name) {

  /** Kinds of resources. */
  enum Kind {
    QUEUE("queue", "", ""),
    TOPIC("topic", "", ""),
    SUBSCRIPTION("sub", "/s", "::s"),
    DEAD_LETTERS("dlq", "", "/$dead-letter");

    private final String word;
    private final String inRules;
    private final String inAddresses;

    Kind(String word, String inRules, String inAddresses) {
      this.word = word;
      this.inRules = inRules;
      this.inAddresses = inAddresses;
    }
  }

  /** How a rule names a node. */
  enum Shape {
    EXACT,
    ONE_WORD,
    REST
  }

  /** Ways in, each with what can be tried there. */
  enum Door {
    /** A link to the node. */
    LINK(
        "send queue",
        "send topic",
        "receive queue",
        "receive topic",
        "receive sub",
        "receive dlq",
        "browse queue",
        "browse dlq"),
    /** A link without an address: each message says where to. */
    ANONYMOUS("send queue", "send topic"),
    /** The same within a transaction. */
    TRANSACTION("send queue", "send topic"),
    /** Requests to {@code $management}. */
    MANAGEMENT(
        "create queue",
        "delete queue",
        "inspect queue",
        "configure queue",
        "create topic",
        "delete topic",
        "inspect topic",
        "configure topic",
        "delete sub",
        "inspect sub",
        "configure sub"),
    /** The HTTP API, where the command line comes in; only over the Unix socket. */
    API(
        "send queue",
        "receive queue",
        "browse queue",
        "create queue",
        "delete queue",
        "purge queue",
        "move queue",
        "inspect queue",
        "configure queue",
        "send topic",
        "create topic",
        "delete topic",
        "inspect topic",
        "configure topic",
        "create sub",
        "delete sub",
        "purge sub",
        "inspect sub",
        "configure sub",
        "browse dlq",
        "move dlq",
        "purge dlq",
        "inspect dlq");

    private final List<String> attempts;

    Door(String... attempts) {
      this.attempts = List.of(attempts);
    }
  }

  /** Everything there is to try. */
  static List<Attempt> all() {
    List<Attempt> all = new ArrayList<>();
    for (CallerKind caller : CallerKind.values()) {
      for (Door door : Door.values()) {
        if (door == Door.API && !caller.isLocal()) {
          continue;
        }
        for (String attempt : door.attempts) {
          addAll(caller, door, attempt, all);
        }
      }
    }
    return all;
  }

  private static void addAll(CallerKind caller, Door door, String attempt, List<Attempt> all) {
    String[] words = attempt.split(" ");
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(words[1])) {
        for (RuleCase rules : RuleCase.values()) {
          for (Shape shape : Shape.values()) {
            int turn = (rules.ordinal() + shape.ordinal()) % Shape.values().length;
            if (turn == 0 || (turn == 1 && caller.ordinal() > CallerKind.USER.ordinal())) {
              // Two ways to name it are enough for one kind of rules, or one, in turns.
              continue;
            }
            String name = "m" + all.size() + ".node";
            all.add(new Attempt(caller, door, words[0], kind, rules, shape, name));
          }
        }
      }
    }
  }

  /** The rules for it. */
  List<String> ruleLines() {
    String named =
        switch (shape) {
          case EXACT -> name;
          case ONE_WORD -> name.replace("node", "*");
          case REST -> name.replace("node", "#");
        };
    List<String> lines =
        new ArrayList<>(
            rules.lines(caller, operation + " " + kind.word + ":" + named + kind.inRules));
    if (kind == Kind.SUBSCRIPTION && operation.equals("create")) {
      // Who makes one must be allowed to have the topic's messages, too.
      lines.add("allow " + caller.who() + " receive topic:" + name);
    }
    return lines;
  }

  /** Where AMQP finds it. */
  String address() {
    return name + kind.inAddresses;
  }

  /** Whether the node itself has to be made by what is tried. */
  boolean creates() {
    return operation.equals("create") && kind != Kind.SUBSCRIPTION;
  }

  /** Whether its subscription has to be there. */
  boolean needsSubscription() {
    return kind == Kind.SUBSCRIPTION && !operation.equals("create");
  }

  /** Whether there is a topic beneath it. */
  boolean onTopic() {
    return kind == Kind.TOPIC || kind == Kind.SUBSCRIPTION;
  }
}
