package dev.holdfast.it.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build put things; the build says so in system properties. */
public final class Environment {
  private Environment() {}

  /**
   * The launcher of the built distribution.
   *
   * @return an executable file
   * @throws IllegalStateException when the distribution is not built
   */
  public static Path launcher() {
    Path launcher = property("holdfast.home", "../docker/target/holdfast").resolve("bin/holdfast");
    if (!Files.isExecutable(launcher)) {
      throw new IllegalStateException(
          "no distribution at " + launcher + ": build it with ./mvnw -pl docker -am package");
    }
    return launcher;
  }

  /**
   * The repository's root.
   *
   * @return a directory
   */
  public static Path repository() {
    return property("holdfast.repository", "..");
  }

  /**
   * Scripts and C sources of these tests.
   *
   * @param name below src/test
   * @return the path
   */
  public static Path source(String name) {
    return property("holdfast.it.sources", "src/test").resolve(name);
  }

  /**
   * A place for what the tests build.
   *
   * @param name below target
   * @return the path
   */
  public static Path target(String name) {
    return property("holdfast.it.target", "target").resolve(name);
  }

  /**
   * How often to do something whose faults show by chance.
   *
   * @param usual in every build
   * @param thorough with {@code -Dit.thorough=true}
   * @return one of the two
   */
  public static int times(int usual, int thorough) {
    return Boolean.getBoolean("it.thorough") ? thorough : usual;
  }

  private static Path property(String key, String otherwise) {
    return Path.of(System.getProperty(key, otherwise)).toAbsolutePath().normalize();
  }
}
