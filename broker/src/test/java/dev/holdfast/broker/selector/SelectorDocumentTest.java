package dev.holdfast.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.junit.jupiter.api.Test;

/** What docs/selectors.md shows is so. */
class SelectorDocumentTest {

  private static List<String[]> table(String header) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", "docs", "selectors.md"));
    int start = lines.indexOf(header);
    assertThat(start).as(header).isNotNegative();
    return lines.subList(start + 2, lines.size()).stream()
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.substring(2).split(" \\|( |$)", -1))
        .toList();
  }

  private static String code(String cell) {
    assertThat(cell).startsWith("`").endsWith("`");
    return cell.substring(1, cell.length() - 1);
  }

  private static StoredFields message() {
    Properties properties = new Properties();
    properties.setMessageId("order-1");
    properties.setSubject("created");
    byte[] sections =
        Sections.encode(
            properties,
            Sections.application(
                "region", "north", "weight", 2500, "price", 9.5, "urgent", true, "note",
                "50% off"));
    return new StoredFields().of(true, (byte) 7, -1, 0, 0, sections);
  }

  @Test
  void theMessageIsTheOneThatIsDescribed() throws IOException {
    List<String[]> rows = table("| Property | Value |");

    assertThat(rows).hasSize(5);
    for (String[] row : rows) {
      String selector = code(row[0]) + " = " + code(row[1]);
      assertThat(Outcome.of(selector, message())).as(selector).isEqualTo(Outcome.TRUE);
    }
  }

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    List<String[]> rows = table("| Selector | Wanted | |");

    assertThat(rows).hasSizeGreaterThan(15);
    for (String[] row : rows) {
      boolean wanted = Selector.parse(code(row[0])).matches(message());
      assertThat(wanted ? "yes" : "no").as(row[0]).isEqualTo(row[1]);
    }
  }

  @Test
  void theRefusalsAreTheOnesThatAreQuoted() throws IOException {
    List<String[]> rows = table("| Selector | Answer |");

    assertThat(rows).hasSize(10);
    for (String[] row : rows) {
      assertThatThrownBy(() -> Selector.parse(code(row[0]))).as(row[0]).hasMessage(row[1]);
    }
  }

  @Test
  void theNamesAreNotThoseOfApplicationProperties() throws Exception {
    int names = 0;
    for (String[] row : table("| Name | Value |")) {
      Matcher name =
          Pattern.compile("`((?:JMS|amqp\\.)[A-Za-z_]*[a-zA-Z])`").matcher(row[0] + row[1]);
      while (name.find()) {
        if (!name.group(1).equals("amqp.FIELD")) {
          Message message = new Message().with(name.group(1), "of the application");
          String selector = name.group(1) + " = 'of the application'";
          assertThat(Selector.parse(selector).matches(message)).as(selector).isFalse();
          names++;
        }
      }
    }
    assertThat(names).isEqualTo(24);
  }

  @Test
  void theLimitsAreTheOnesThatHold() throws IOException {
    List<String[]> rows = table("| Limit | Value |");

    assertThat(rows.get(0)[1]).isEqualTo("1,024 bytes of UTF-8");
    assertThat(Selector.MAX_BYTES).isEqualTo(1_024);
    assertThat(rows.get(1)[1]).isEqualTo("" + Selector.MAX_TERMS);
    assertThat(rows.get(2)[1]).isEqualTo("" + Selector.MAX_NESTING);
  }
}
