package dev.holdfast.cli;

import java.util.List;
import picocli.CommandLine;

/** The top-level commands by name, in the order in which help shows them. */
final class Commands {
  private static final List<String> NAMES =
      List.of(
          "demo",
          "up",
          "status",
          "doctor",
          "queue",
          "template",
          "topic",
          "sub",
          "msg",
          "dlq",
          "sched",
          "dedup",
          "apply",
          "top",
          "conn",
          "acl",
          "signal",
          "user",
          "token",
          "audit",
          "bench",
          "broker",
          "config",
          "ctx",
          "completion",
          "help");

  private Commands() {}

  static boolean known(String word) {
    return NAMES.contains(word);
  }

  static CommandLine all(HoldfastCommand root) {
    CommandLine line = new CommandLine(root);
    for (String name : NAMES) {
      line.addSubcommand(command(root, name));
    }
    return line;
  }

  /** The root with this one command; with all of them for a command that speaks about others. */
  static CommandLine only(HoldfastCommand root, String name) {
    boolean needsOthers = name.equals("help") || name.equals("completion");
    return needsOthers ? all(root) : new CommandLine(root).addSubcommand(command(root, name));
  }

  private static Object command(HoldfastCommand root, String name) {
    return switch (name) {
      case "demo" -> new DemoCommand(root);
      case "up" -> new UpCommand();
      case "status" -> new StatusCommand(root);
      case "doctor" -> new DoctorCommand(root);
      case "queue" -> QueueCommands.line(root);
      case "template" -> TemplateCommands.line(root);
      case "topic" -> TopicCommands.line(root);
      case "sub" -> SubscriptionCommands.line(root);
      case "msg" -> MessageCommands.line(root);
      case "dlq" -> DeadLetterCommands.line(root);
      case "sched" -> ScheduledCommands.line(root);
      case "dedup" -> IdempotencyCommands.line(root);
      case "apply" -> new ApplyCommand(root);
      case "top" -> new TopCommand(root);
      case "conn" -> ConnectionCommands.line(root);
      case "acl" -> AclCommands.line(root);
      case "signal" -> SignalCommands.line(root);
      case "user" -> UserCommands.line(root);
      case "token" -> TokenCommands.line(root);
      case "audit" -> AuditCommands.line(root);
      case "bench" -> new BenchCommand(root);
      case "broker" -> BrokerCommands.line(root);
      case "config" -> ConfigCommands.line(root);
      case "ctx" -> ContextCommands.line(root);
      case "completion" -> new CompletionCommand(root);
      case "help" -> new HelpWord();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
