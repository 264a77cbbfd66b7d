package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.client.Holdfast;
import dev.holdfast.client.Message;
import dev.holdfast.client.Producer;
import dev.holdfast.client.Receipt;
import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.BrokerProcess;
import dev.holdfast.it.harness.MutingProxy;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that sends again what it had no answer for: stored once. */
class ResendIT {
  private static final int IN_FLIGHT = 400;
  private final Scratch scratch = Scratch.create();

  @AfterEach
  void clean() {
    scratch.close();
  }

  @Test
  void whatWasStoredAndNotAnsweredIsSentAgainAndStoredOnce() throws IOException {
    Path socket = scratch.data().resolveSibling("proxy.sock");
    try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(scratch));
        MutingProxy proxy = MutingProxy.start(socket, broker.ready().socket())) {
      broker.api().createQueue("orders");
      List<CompletableFuture<Receipt>> sends = new ArrayList<>();
      try (Holdfast holdfast = Holdfast.connect("unix://" + socket);
          Producer orders = holdfast.producer("orders")) {
        orders.send(Message.text("order-0"));
        proxy.mute();
        for (int i = 1; i <= IN_FLIGHT; i++) {
          sends.add(orders.sendAsync(Message.text("order-" + i)));
        }
        await("all of it stored").until(() -> broker.cli().messages("orders") == IN_FLIGHT + 1);
        assertThat(sends).noneMatch(CompletableFuture::isDone);
        proxy.cut();
        for (CompletableFuture<Receipt> send : sends) {
          assertThat(send.join().duplicate()).isTrue();
        }
        assertThat(orders.send(Message.text("order-last")).duplicate()).isFalse();
      }
      broker.cli().awaitMessages("orders", IN_FLIGHT + 2);
    }
  }
}
