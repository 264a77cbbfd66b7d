package dev.holdfast.broker.amqp.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.amqp.messaging.Section;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageJsonTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static JsonNode show(Section... sections) throws Exception {
    JsonNode shown = new MessageJson().show(new AmqpCodec().bytes(List.of(sections), 0));
    return MAPPER.readTree(shown.toString());
  }

  private static JsonNode json(String text) throws Exception {
    return MAPPER.readTree(text.replace('\'', '"'));
  }

  private static Data data(byte[] bytes) {
    return new Data(new Binary(bytes));
  }

  @Test
  void showsEverySection() throws Exception {
    Properties properties = new Properties();
    properties.setMessageId(UUID.fromString("00000000-0000-0001-0000-000000000002"));
    properties.setUserId(new Binary("alice".getBytes(UTF_8)));
    properties.setSubject("greeting");
    properties.setContentType(Symbol.valueOf("text/plain"));
    properties.setCreationTime(new Date(0));
    properties.setGroupSequence(UnsignedInteger.valueOf(4_000_000_000L));
    JsonNode shown =
        show(
            new MessageAnnotations(Map.of(Symbol.valueOf("x-opt-a"), 7)),
            properties,
            new ApplicationProperties(Map.of("b", true)),
            new AmqpValue("hello"));
    assertThat(shown)
        .isEqualTo(
            json(
                "{'annotations':{'x-opt-a':7},'properties':{"
                    + "'messageId':'00000000-0000-0001-0000-000000000002','userId':'alice',"
                    + "'subject':'greeting','contentType':'text/plain',"
                    + "'creationTime':'1970-01-01T00:00:00Z','groupSequence':4000000000},"
                    + "'applicationProperties':{'b':true},'body':{'type':'value','text':'hello'}}"));
  }

  @Test
  void showsEveryKindOfBody() throws Exception {
    assertThat(show()).isEqualTo(json("{'body':{'type':'empty'}}"));
    assertThat(show(data("gr\u00fc\u00df\n".getBytes(UTF_8))))
        .isEqualTo(json("{'body':{'type':'data','text':'gr\u00fc\u00df\\n'}}"));
    assertThat(show(data(new byte[] {'a'}), data(new byte[] {'b'})))
        .isEqualTo(json("{'body':{'type':'data','text':'ab'}}"));
    assertThat(show(data(new byte[] {(byte) 0xff, 0})))
        .isEqualTo(json("{'body':{'type':'data','base64':'/wA='}}"));
    assertThat(show(data(new byte[] {27, '[', 'm'})))
        .as("no control characters as text")
        .isEqualTo(json("{'body':{'type':'data','base64':'G1tt'}}"));
    assertThat(show(new AmqpValue(null))).isEqualTo(json("{'body':{'type':'value','value':null}}"));
    assertThat(show(new AmqpValue(new Binary(new byte[] {1}))))
        .isEqualTo(json("{'body':{'type':'value','base64':'AQ=='}}"));
    assertThat(show(new AmqpSequence(List.of(1, "two"))))
        .isEqualTo(json("{'body':{'type':'sequence','value':[1,'two']}}"));
  }

  @Test
  void showsEveryKindOfValue() throws Exception {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("ulong", UnsignedLong.valueOf(-1L));
    values.put("ubyte", UnsignedByte.valueOf((byte) -1));
    values.put("double", 1.5);
    values.put("nan", Double.NaN);
    values.put("char", 'x');
    values.put("binary", new Binary(new byte[] {1, 2}));
    values.put("list", List.of(1L, Map.of("k", "v")));
    values.put("array", new Integer[] {1, 2});
    assertThat(show(new AmqpValue(values)).path("body").path("value"))
        .isEqualTo(
            json(
                "{'ulong':18446744073709551615,'ubyte':255,'double':1.5,'nan':'NaN','char':'x',"
                    + "'binary':{'base64':'AQI='},'list':[1,{'k':'v'}],'array':[1,2]}"));
  }

  @Test
  void showsWhatIsNotAmqpAsBytes() {
    byte[] deep = new byte[60_000];
    for (int i = 0; i + 2 < deep.length; i += 3) {
      deep[i] = 0;
      deep[i + 1] = 0x53;
      deep[i + 2] = 0x77;
    }
    for (byte[] bytes : new byte[][] {{1, 2, 3}, {0x40}, {0, 0x53}, deep}) {
      JsonNode shown = new MessageJson().show(bytes);
      assertThat(shown.path("undecodable").booleanValue()).isTrue();
      assertThat(shown.path("body").path("type").textValue()).isEqualTo("data");
      assertThat(shown.path("body").has("base64")).isTrue();
    }
  }

  @Test
  void whatIsEncodedIsShownAgain() throws Exception {
    JsonNode body = json("{'text':'hello'}");
    JsonNode properties = json("{'messageId':'m','correlationId':'c','contentType':'t/p'}");
    JsonNode own = json("{'s':'x','i':5,'d':0.5,'b':false}");
    JsonNode shown = new MessageJson().show(NewMessageJson.encode(null, body, properties, own));
    assertThat(shown.path("properties")).isEqualTo(properties);
    assertThat(MAPPER.readTree(shown.path("applicationProperties").toString())).isEqualTo(own);
    assertThat(shown.path("body")).isEqualTo(json("{'type':'value','text':'hello'}"));
    String large = "x".repeat(100_000);
    assertThat(
            new MessageJson()
                .show(
                    NewMessageJson.encode(
                        null, json("{'text':''}"), json("{'subject':'" + large + "'}"), null))
                .path("properties")
                .path("subject")
                .textValue())
        .isEqualTo(large);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|{}|{}|body: give exactly one",
        "{'text':'a','base64':''}|{}|{}|body: give exactly one",
        "{'txt':'a'}|{}|{}|body: give exactly one",
        "[]|{}|{}|body: give exactly one",
        "{'text':1}|{}|{}|body: its field must be a string",
        "{'base64':'*'}|{}|{}|body.base64: is not base64",
        "{'text':''}|[]|{}|properties: must be an object",
        "{'text':''}|{'subject':1}|{}|properties.subject: must be a string",
        "{'text':''}|{'userId':'root'}|{}|properties.userId: there is messageId",
        "{'text':''}|{'contentType':'\u00e4'}|{}|properties.contentType: must be ASCII",
        "{'text':''}|{}|{'a':{}}|applicationProperties.a: must be a string",
        "{'text':''}|{}|{'a':null}|applicationProperties.a: must be a string",
        "{'text':''}|{}|{'a':99999999999999999999}|applicationProperties.a: must be",
      })
  void wrongFieldIsNamed(String body, String properties, String own, String problem) {
    assertThatThrownBy(() -> NewMessageJson.encode(null, json(body), json(properties), json(own)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(problem);
  }
}
