package dev.holdfast.it.harness;

/**
 * A user made with the command line.
 *
 * @param name of it
 * @param password its secret
 */
public record TestUser(String name, String password) {
  /**
   * Makes an administrator whose password the broker draws: usable with SCRAM and PLAIN.
   *
   * @param cli of the broker
   * @param name of it
   * @return the user
   */
  public static TestUser generated(Cli cli, String name) {
    return new TestUser(
        name, cli.json("user", "add", name, "--role", "admin").get("password").asText());
  }

  /**
   * Makes a user with a password of its own: usable with PLAIN.
   *
   * @param cli of the broker
   * @param name of it
   * @param password its secret
   * @param more arguments, such as a role
   * @return the user
   */
  public static TestUser chosen(Cli cli, String name, String password, String... more) {
    String[] arguments = new String[more.length + 4];
    arguments[0] = "user";
    arguments[1] = "add";
    arguments[2] = name;
    arguments[3] = "--password-stdin";
    System.arraycopy(more, 0, arguments, 4, more.length);
    Command.Result result = cli.runWith(password + "\n", arguments);
    if (result.exitCode() != 0) {
      throw new AssertionError("user add " + name + ": " + result.all());
    }
    return new TestUser(name, password);
  }
}
