package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionCommandsTest {
  private static final String CONNECTION =
      "{\"id\":\"c1\",\"principal\":\"uid:7\",\"mechanism\":\"external\",\"transport\":\"unix\","
          + "\"remote\":\"unix\",\"container\":\"box\",\"state\":\"open\",\"since\":\"T1\","
          + "\"sessions\":1,\"links\":1,\"unsettled\":5,\"uid\":7,\"pid\":9%s}";
  private static final String SESSIONS =
      ",\"sessionList\":[{\"channel\":0,\"unsettled\":5,\"links\":[{\"name\":\"l\\u001b[2J\","
          + "\"operation\":\"receive\",\"address\":\"orders\",\"attached\":true}]},"
          + "{\"channel\":1,\"unsettled\":0,\"links\":[]}]";

  private FakeBroker broker;

  @BeforeEach
  void start() throws IOException {
    broker = FakeBroker.start();
  }

  @AfterEach
  void stop() throws IOException {
    broker.close();
  }

  @Test
  void listsThem() {
    String all = "{\"connections\":[" + CONNECTION.formatted("") + "]}";
    broker.answer(200, all).answer(200, all).answer(200, all);
    assertThat(Cli.run(broker, "conn", "list").out())
        .isEqualTo(
            """
            ID  PRINCIPAL  TRANSPORT  REMOTE  CONTAINER  STATE  SINCE  LINKS  UNSETTLED
            c1  uid:7      unix       unix    box        open   T1         1          5
            """);
    assertThat(Cli.run(broker, "conn", "list", "--principal", "x", "-o", "ndjson").out()).isEmpty();
    assertThat(Cli.run(broker, "conn", "ls", "--principal", "uid:7", "-o", "ndjson").out())
        .isEqualTo(CONNECTION.formatted("") + '\n');
  }

  @Test
  void showsOneWithItsLinks() {
    broker.answer(200, CONNECTION.formatted(SESSIONS));
    assertThat(Cli.run(broker, "conn", "info", "c1").out())
        .isEqualTo(
            """
            id: c1
            principal: uid:7
            mechanism: external
            uid: 7
            pid: 9
            transport: unix
            remote: unix
            container: box
            state: open
            since: T1
            unsettled: 5

            SESSION  UNSETTLED  OPERATION  ADDRESS  LINK        STATE
                  0          5  receive    orders   l\\u{1b}[2J  attached
                  1          0  -          -        -           -
            """);
  }

  @Test
  void closesOneForAReason() {
    broker
        .answer(200, CONNECTION.formatted(""))
        .answer(200, "{\"closed\":\"c1\"}")
        .answer(404, "{\"error\":{\"code\":\"not-found\",\"message\":\"no\"}}");
    assertThat(Cli.run(broker, "conn", "close", "c1").exit()).isEqualTo(2);
    assertThat(Cli.run(broker, "conn", "close", "c1", "--dry-run").out())
        .isEqualTo("would close c1 of uid:7: 1 links, 5 unsettled\n");
    Cli close = Cli.run(broker, "conn", "close", "c1", "--reason", "stuck", "--yes");
    assertThat(close.out()).isEqualTo("closed c1\n");
    assertThat(broker.requests().get(1))
        .isEqualTo("POST /api/v1/connections/c1/close {\"reason\":\"stuck\"}");
    assertThat(Cli.run(broker, "conn", "close", "c2", "--yes").exit()).isEqualTo(3);
    String help = Cli.run(broker, "conn", "close", "--help").out();
    assertThat(help).startsWith("Usage: holdfast conn close").contains("--reason=TEXT");
    assertThat(Cli.run(broker, "conn").err()).contains("list, info, close");
  }
}
