package dev.holdfast.cli;

import dev.holdfast.cli.text.JsonObject;
import dev.holdfast.client.Consumer;
import dev.holdfast.client.Delivery;
import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastException;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries a benchmark out on nodes of its own, which it deletes whatever happens. Bodies say who
 * has sent them, and when.
 */
final class BenchRun implements AutoCloseable {
  private static final String PREFIX = "holdfast-bench.";
  private static final int LATENCY_IN_FLIGHT = 1;

  private final BrokerApi api;
  private final Load load;
  private final LongSupplier nanoTime;
  private final String address;

  /** Of all consumers; each producer has a connection of its own. */
  private final Holdfast holdfast;

  private final String name = PREFIX + UUID.randomUUID().toString().substring(0, 8);
  private final List<Consumer> consumers = new ArrayList<>();
  private final List<String> made = new ArrayList<>();
  private @Nullable CommandFailure failure;
  private final Thread atExit = new Thread(this::deleteNodes, "bench-clean-up");

  /**
   * How much.
   *
   * @param messages of each producer
   * @param size of a body in bytes
   * @param producers sending links, each of a connection of its own
   * @param consumers receiving links of a queue, or subscriptions of a topic
   * @param inFlight messages of a producer that are not accepted yet
   * @param quietMs how long nothing may come before what is missing counts as lost
   */
  record Load(int messages, int size, int producers, int consumers, int inFlight, long quietMs) {
    long all() {
      return (long) messages * producers;
    }
  }

  BenchRun(BrokerApi api, Load load, LongSupplier nanoTime) throws CommandFailure, IOException {
    this.api = api;
    this.load = load;
    this.nanoTime = nanoTime;
    this.address = address(api);
    this.holdfast = Holdfast.connect(address);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private static String address(BrokerApi api) throws CommandFailure, IOException {
    for (JsonObject listener : api.get("/status").objects("listeners")) {
      if (listener.text("protocol").equals("amqp+unix")) {
        return "unix://" + listener.text("address");
      }
    }
    throw new CommandFailure(ExitCode.FAILED, "no-socket", "the broker has no AMQP socket");
  }

  private void queue() throws CommandFailure {
    api.post("/queues", Map.of("name", name));
    made.add(BrokerApi.queue(name, ""));
  }

  BenchReport send() throws CommandFailure, IOException, InterruptedException {
    queue();
    BenchReport report = new BenchReport();
    sendAll(report, load.inFlight());
    long stored = api.get(BrokerApi.queue(name, "")).number("messages");
    return report.fault("lost", load.all() - stored);
  }

  BenchReport receive() throws CommandFailure, IOException, InterruptedException {
    queue();
    sendAll(new BenchReport(), load.inFlight());
    BenchReport report = new BenchReport();
    BenchLedger ledger = ledger();
    long begin = nanoTime.getAsLong();
    consume(name, ledger, load.consumers());
    ledger.awaitAll(load.quietMs());
    report.rates("receive", ledger.received(), load.size(), nanoTime.getAsLong() - begin);
    return verified(report, List.of(ledger), load.consumers() == 1);
  }

  /**
   * Sends and receives at once.
   *
   * @param oneByOne whether each message waits for the one before, so that no queue builds up
   */
  BenchReport pipe(boolean oneByOne) throws CommandFailure, IOException, InterruptedException {
    queue();
    BenchReport report = new BenchReport();
    BenchLedger ledger = ledger();
    long begin = nanoTime.getAsLong();
    consume(name, ledger, load.consumers());
    sendAll(report, oneByOne ? LATENCY_IN_FLIGHT : load.inFlight());
    ledger.awaitAll(load.quietMs());
    report
        .rates("receive", ledger.received(), load.size(), nanoTime.getAsLong() - begin)
        .times("endToEnd", ledger.micros());
    return verified(report, List.of(ledger), load.consumers() == 1);
  }

  BenchReport fanOut() throws CommandFailure, IOException, InterruptedException {
    api.post("/topics", Map.of("name", name));
    made.add(BrokerApi.topic(name, ""));
    BenchReport report = new BenchReport();
    List<BenchLedger> ledgers = new ArrayList<>();
    for (int i = 0; i < load.consumers(); i++) {
      api.post("/subscriptions", Map.of("source", name, "name", "s" + i));
      BenchLedger ledger = ledger();
      ledgers.add(ledger);
      consume(name + "::s" + i, ledger, 1);
    }
    long begin = nanoTime.getAsLong();
    sendAll(report, load.inFlight());
    long received = 0;
    for (BenchLedger ledger : ledgers) {
      ledger.awaitAll(load.quietMs());
      received += ledger.received();
    }
    report.rates("receive", received, load.size(), nanoTime.getAsLong() - begin);
    return verified(report, ledgers, true);
  }

  private BenchLedger ledger() {
    return new BenchLedger(load.producers(), load.messages());
  }

  private static BenchReport verified(
      BenchReport report, List<BenchLedger> ledgers, boolean ordered) {
    report
        .fault("lost", ledgers.stream().mapToLong(BenchLedger::lost).sum())
        .fault("duplicates", ledgers.stream().mapToLong(BenchLedger::duplicates).sum())
        .fault("strangers", ledgers.stream().mapToLong(BenchLedger::strangers).sum());
    // Several consumers of one queue overtake each other: that is what they are for.
    return ordered
        ? report.fault("outOfOrder", ledgers.stream().mapToLong(BenchLedger::outOfOrder).sum())
        : report;
  }

  private void consume(String node, BenchLedger ledger, int links) {
    for (int i = 0; i < links; i++) {
      consumers.add(
          holdfast.consumerBuilder(node).handler(delivery -> take(ledger, delivery)).open());
    }
  }

  private void take(BenchLedger ledger, Delivery delivery) {
    ledger.take(delivery.message().bodyAsBytes(), nanoTime.getAsLong());
    delivery.accept();
  }

  private void sendAll(BenchReport report, int inFlight)
      throws CommandFailure, InterruptedException {
    long[] micros = new long[Math.toIntExact(load.all())];
    AtomicLong refused = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    long begin = nanoTime.getAsLong();
    for (int i = 0; i < load.producers(); i++) {
      int producer = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  refused.addAndGet(send(producer, inFlight, micros));
                } catch (HoldfastException e) {
                  failed.complete(e);
                }
              },
              "bench-producer-" + i);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable problem = failed.getNow(null);
    if (problem != null) {
      throw new CommandFailure(ExitCode.FAILED, "bench", "sending failed: " + problem.getMessage());
    }
    report
        .rates("send", load.all() - refused.get(), load.size(), nanoTime.getAsLong() - begin)
        .times("accepted", micros)
        .fault("refused", refused.get());
  }

  /** How many were not accepted. */
  private long send(int producer, int inFlight, long[] micros) {
    AtomicLong refused = new AtomicLong();
    List<CompletableFuture<?>> last = new ArrayList<>();
    try (Holdfast own = Holdfast.connect(address);
        Producer link = own.producerBuilder(name).maxInFlight(inFlight).open()) {
      for (int i = 0; i < load.messages(); i++) {
        int at = producer * load.messages() + i;
        long begin = nanoTime.getAsLong();
        Message message =
            Message.bytes(BenchLedger.body(load.size(), producer, i, nanoTime.getAsLong()));
        CompletableFuture<?> answer =
            link.sendAsync(message)
                .handle(
                    (receipt, failure) -> {
                      micros[at] = (nanoTime.getAsLong() - begin) / 1_000;
                      if (failure != null) {
                        refused.incrementAndGet();
                      }
                      return receipt;
                    });
        last.add(answer);
      }
      last.forEach(CompletableFuture::join);
    }
    return refused.get();
  }

  private synchronized void deleteNodes() {
    for (String path : made) {
      try {
        api.delete(path);
      } catch (CommandFailure e) {
        failure = e;
      }
    }
    made.clear();
  }

  /** Deletes the nodes. */
  @Override
  public void close() throws CommandFailure {
    consumers.forEach(Consumer::close);
    holdfast.close();
    deleteNodes();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      // The hook is doing the same.
      return;
    }
    CommandFailure left = failure;
    if (left != null) {
      throw new CommandFailure(
          left.exitCode(), left.code(), name + " could not be deleted: " + left.reason());
    }
  }
}
