package dev.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  @Test
  void everyBlockOfThePageIsCompiledCode() throws Exception {
    String page = Files.readString(Path.of("../docs/client-java.md"));
    String code =
        bare(Files.readString(Path.of("src/test/java/dev/holdfast/client/DocSnippets.java")));

    List<String> blocks =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map(MatchResult::group)
            .map(block -> bare(block.replace("```java\n", "").replace("```", "")))
            .toList();

    assertThat(blocks).hasSizeGreaterThanOrEqualTo(4);
    assertThat(blocks).allSatisfy(block -> assertThat(code).contains(block));
  }

  @Test
  void thePageNamesEveryReason() throws Exception {
    String page = Files.readString(Path.of("../docs/client-java.md"));
    assertThat(HoldfastException.Reason.values())
        .allSatisfy(reason -> assertThat(page).contains("`" + reason + "`"));
  }

  @Test
  void theSnippetsWork() throws Exception {
    try (ScriptedPeer peer = new ScriptedPeer()) {
      Thread first = new Thread(() -> DocSnippets.first(peer.uri()));
      first.start();
      Awaitility.await().until(() -> !peer.toConsumers.isEmpty());
      peer.deliver(peer.received.get(0));
      first.join(20_000);
      assertThat(peer.outcomes.get(0)).isInstanceOf(Accepted.class);
      try (Holdfast holdfast = Holdfast.connect(peer.uri())) {
        DocSnippets.async(holdfast.producer("orders"));
        Awaitility.await().until(() -> peer.received.size() == 2);
        DocSnippets.handler(holdfast);
        peer.deliver(ReceiveTest.text("from nobody"));
        Awaitility.await().until(() -> peer.outcomes.size() == 2);
        assertThat(peer.outcomes.get(1)).isInstanceOf(Rejected.class);
      }
    }
    assertThat(DocSnippets.tls(new char[0])).isNotNull();
  }

  private static String bare(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n")).strip();
  }
}
