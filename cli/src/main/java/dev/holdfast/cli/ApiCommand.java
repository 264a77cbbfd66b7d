package dev.holdfast.cli;

import java.io.IOException;
import java.util.concurrent.Callable;

/** A command that asks the broker. Its failures carry their exit code. */
interface ApiCommand extends Callable<Integer> {
  /**
   * Does it.
   *
   * @throws CommandFailure with the reason it could not
   * @throws IOException when the broker's answer is not what the API promises
   */
  ExitCode execute() throws CommandFailure, IOException;

  @Override
  default Integer call() throws CommandFailure {
    try {
      return execute().number();
    } catch (IOException e) {
      throw BrokerApi.unreadable(e);
    }
  }
}
