package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code user ...}: users who log in with a name and a password. A password is never an argument,
 * where every process of the host could read it.
 */
@Command(name = "user", description = "Users who log in with a name and a password.")
final class UserCommands implements Runnable {
  private static final int MAX_PASSWORD_BYTES = 1024;

  @Spec private CommandSpec spec = CommandSpec.create();

  private UserCommands() {}

  static CommandLine line(HoldfastCommand root) {
    return new CommandLine(new UserCommands())
        .addSubcommand(new Add(root))
        .addSubcommand(new ListAll(root))
        .addSubcommand(new Remove(root))
        .addSubcommand(new Password(root))
        .addSubcommand(new Enable(root))
        .addSubcommand(new Disable(root));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "user needs one of: add, list, rm, passwd, enable, disable");
  }

  @Command(
      name = "add",
      description = "Make a user; a generated password is printed once.",
      footer = {
        "",
        "Examples:",
        "  holdfast user add alice --role admin",
        "  printf %s \"$SECRET\" | holdfast user add alice --password-stdin",
      })
  private static final class Add implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    @Option(names = "--role", paramLabel = "ROLE", description = "Role to give; may be repeated.")
    private List<String> roles = new ArrayList<>();

    @Option(
        names = "--password-stdin",
        description = "Read the password from standard input, up to the first line break.")
    private boolean passwordFromInput;

    Add(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name);
      if (passwordFromInput) {
        body.put("password", readPassword(root.surroundings().in()));
      }
      if (!roles.isEmpty()) {
        body.put("roles", roles);
      }
      JsonObject user = root.broker().post("/users", body);
      report(root.output(), user, "user " + user.text("name") + " added");
      return ExitCode.OK;
    }
  }

  @Command(name = "list", aliases = "ls", description = "List the users with their roles.")
  private static final class ListAll implements ApiCommand {
    private final HoldfastCommand root;

    ListAll(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().get("/users");
      List<JsonObject> users = answer.objects("users");
      Output output = root.output();
      if (!output.isTable()) {
        output.json(answer, users);
        return ExitCode.OK;
      }
      Columns columns = new Columns("NAME", "ROLES", "SCHEME", "CREATED", "STATE");
      for (JsonObject user : users) {
        columns.add(
            user.text("name"),
            String.join(",", user.texts("roles")),
            user.text("scheme"),
            user.text("created", "-"),
            user.flag("enabled", true) ? "enabled" : "disabled");
      }
      output.text(columns.render());
      return ExitCode.OK;
    }
  }

  @Command(
      name = "rm",
      aliases = {"delete", "remove"},
      description = "Remove a user.")
  private static final class Remove implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    Remove(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      JsonObject answer = root.broker().delete(BrokerApi.user(name, ""));
      Output output = root.output();
      if (output.isTable()) {
        output.line("user " + answer.text("deleted") + " removed");
      } else {
        output.json(answer.fields());
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "passwd",
      description = "Change a user's password; a generated one is printed once.")
  private static final class Password implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    @Option(
        names = "--password-stdin",
        description = "Read the password from standard input, up to the first line break.")
    private boolean passwordFromInput;

    Password(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      Map<String, Object> body = new LinkedHashMap<>();
      if (passwordFromInput) {
        body.put("password", readPassword(root.surroundings().in()));
      }
      JsonObject user = root.broker().put(BrokerApi.user(name, "/password"), body);
      report(root.output(), user, "password of " + user.text("name") + " changed");
      return ExitCode.OK;
    }
  }

  @Command(name = "enable", description = "Let a disabled user log in again.")
  private static final class Enable implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    Enable(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return state(root, name, "enable");
    }
  }

  @Command(
      name = "disable",
      description = "Let a user log in no more; its connections are closed, the password stays.")
  private static final class Disable implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "NAME", description = "Name of the user.")
    private String name = "";

    Disable(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      return state(root, name, "disable");
    }
  }

  private static ExitCode state(HoldfastCommand root, String name, String verb)
      throws CommandFailure, IOException {
    JsonObject user = root.broker().post(BrokerApi.user(name, "/" + verb));
    root.output().result("user " + user.text("name") + " " + verb + "d", user.fields());
    return ExitCode.OK;
  }

  private static void report(Output output, JsonObject user, String done) throws IOException {
    if (!output.isTable()) {
      output.json(user.fields());
      return;
    }
    List<String> roles = user.texts("roles");
    output.line(
        done + (roles.isEmpty() ? ", without a role" : ", roles: " + String.join(", ", roles)));
    String generated = user.text("password", "");
    if (!generated.isEmpty()) {
      output.line("password: " + generated);
      output.note("The password is shown this once; the broker keeps only a verifier.");
    }
  }

  private static String readPassword(InputStream in) throws CommandFailure {
    try {
      byte[] bytes = in.readNBytes(MAX_PASSWORD_BYTES + 2);
      int end = 0;
      while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
        end++;
      }
      if (end == 0 || end > MAX_PASSWORD_BYTES) {
        throw badPassword("it needs 1 to " + MAX_PASSWORD_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end)).toString();
    } catch (CharacterCodingException e) {
      throw badPassword("it is not UTF-8");
    } catch (IOException e) {
      throw badPassword(String.valueOf(e.getMessage()));
    }
  }

  private static CommandFailure badPassword(String why) {
    return new CommandFailure(
        ExitCode.USAGE, "usage", "the password on standard input cannot be used: " + why);
  }
}
