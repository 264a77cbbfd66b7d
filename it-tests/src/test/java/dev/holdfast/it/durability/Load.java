package dev.holdfast.it.durability;

import dev.holdfast.it.harness.BrokerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Several producers and consumers at work on one queue, until the broker or the test ends them. */
final class Load implements AutoCloseable {
  static final String QUEUE = "load";
  static final String BARRIER = "barrier";

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Consumer<String> violations;

  private Load(Consumer<String> violations) {
    this.violations = violations;
  }

  /** How much of it. */
  record Shape(int producers, int consumers, int bodyBytes) {}

  static void createQueues(BrokerProcess broker) {
    broker.api().createQueue(QUEUE);
    broker.api().createQueue(BARRIER);
  }

  static Load start(BrokerProcess broker, Ledger ledger, Shape shape) {
    Load load = new Load(ledger::violation);
    for (int i = 0; i < shape.producers; i++) {
      load.run("producer-" + i, new LoadProducer(broker, ledger, i, shape.bodyBytes)::run);
    }
    for (int i = 0; i < shape.consumers; i++) {
      load.run("consumer-" + i, new LoadConsumer(broker, ledger, i)::run);
    }
    return load;
  }

  /** Other work; what goes wrong is told to {@code violations}. */
  static Load of(Consumer<String> violations, Worker... workers) {
    Load load = new Load(violations);
    for (int i = 0; i < workers.length; i++) {
      load.run("worker-" + i, workers[i]);
    }
    return load;
  }

  /** One end of the load: runs until told to stop or until its connection is gone. */
  interface Worker {
    void run(AtomicBoolean stopping) throws IOException;
  }

  private void run(String name, Worker worker) {
    Thread thread =
        new Thread(
            () -> {
              try {
                worker.run(stopping);
              } catch (IOException e) {
                // The broker is gone: what this load waits for, unless it stops by itself.
                if (stopping.get()) {
                  violations.accept(name + " could not stop in peace: " + e);
                }
              } catch (RuntimeException | Error e) {
                violations.accept(name + ": " + e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  /** Waits until every worker noticed that the broker is gone. */
  void awaitEnd() {
    for (Thread thread : threads) {
      try {
        thread.join(60_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " did not end");
      }
    }
  }

  /** Lets every worker finish what it has out, then ends it. */
  @Override
  public void close() {
    stopping.set(true);
    awaitEnd();
  }
}
