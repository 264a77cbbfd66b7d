package dev.holdfast.cli;

import dev.holdfast.cli.text.Columns;
import dev.holdfast.cli.text.Escapes;
import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints answers and errors in the format asked for. Everything it prints is escaped. */
final class Output {
  private final OutputFormat format;
  private final PrintStream out;
  private final PrintStream err;

  Output(OutputFormat format, Surroundings surroundings) {
    this.format = format;
    this.out = surroundings.out();
    this.err = surroundings.err();
  }

  boolean isTable() {
    return format == OutputFormat.table;
  }

  /** Everything belongs into one JSON document, complete only at the end. */
  boolean isOneDocument() {
    return format == OutputFormat.json;
  }

  /** One object as JSON. */
  void json(Map<?, ?> object) {
    switch (format) {
      case table -> throw new IllegalStateException("a table is not JSON");
      case json -> out.print(Json.pretty(object) + '\n');
      case ndjson -> out.print(Json.compact(object) + '\n');
    }
  }

  /** One object as JSON on one line, whatever the format. */
  void jsonLine(Map<?, ?> object) {
    out.print(Json.compact(object) + '\n');
  }

  /** What a command did: a line for people, or the object as JSON. */
  void result(String line, Map<?, ?> object) {
    if (isTable()) {
      line(line);
    } else {
      json(object);
    }
  }

  /** All fields of one object: in two columns under its kind and name, or as JSON. */
  void details(JsonObject object, String name) throws IOException {
    if (!isTable()) {
      json(object.fields());
      return;
    }
    Columns columns = new Columns(object.text("kind"), object.text(name));
    for (Map.Entry<?, ?> field : object.fields().entrySet()) {
      String key = String.valueOf(field.getKey());
      if (!key.equals(name) && !key.equals("kind")) {
        columns.add(key, field.getValue() == null ? "-" : String.valueOf(field.getValue()));
      }
    }
    text(columns.render());
  }

  /** A list as JSON: the whole answer, or one line per element. */
  void json(JsonObject answer, List<JsonObject> elements) {
    switch (format) {
      case table -> throw new IllegalStateException("a table is not JSON");
      case json -> json(answer.fields());
      case ndjson -> elements.forEach(element -> json(element.fields()));
    }
  }

  /** Text that is escaped already, as {@code Columns} makes it. */
  void text(String escaped) {
    out.print(escaped);
  }

  /** One line, escaped here. */
  void line(String line) {
    out.print(Escapes.line(line) + '\n');
  }

  /** Bytes as they are. */
  void bytes(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /** A remark beside the answer; not part of it, so it goes to standard error. */
  void note(String line) {
    err.print(Escapes.line(line) + '\n');
  }

  /** False when nobody takes what is printed any more, for example a closed pipe. */
  boolean isTaken() {
    return !out.checkError();
  }

  /** One line on standard error, as JSON when answers are. */
  void failure(CommandFailure failure) {
    if (isTable()) {
      note("holdfast: " + failure.reason() + " [" + failure.code() + ']');
      return;
    }
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", failure.code());
    error.put("message", failure.reason());
    error.put("exit", failure.exitCode().number());
    err.print(Json.compact(Map.of("error", error)) + '\n');
  }
}
