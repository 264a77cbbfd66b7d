package dev.holdfast.broker.amqp.filter;

import dev.holdfast.broker.domain.StartFrom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * The value of the filter {@code holdfast:start-from}: {@code earliest} or {@code latest} (string
 * or symbol), a sequence (any integer), or a moment (timestamp, or a string in ISO 8601).
 */
final class StartPlaces {

  private StartPlaces() {}

  static StartFrom read(@Nullable Object value) {
    if (value instanceof Date moment) {
      return new StartFrom.Time(moment.getTime());
    }
    if (value instanceof CharSequence text) {
      return named(text.toString());
    }
    if (value instanceof Number number
        && !(number instanceof Double || number instanceof Float)
        && number.longValue() >= 0) {
      return new StartFrom.Sequence(number.longValue());
    }
    throw unusable();
  }

  private static StartFrom named(String text) {
    return switch (text) {
      case "earliest" -> StartFrom.EARLIEST;
      case "latest" -> StartFrom.LATEST;
      default -> {
        try {
          yield new StartFrom.Time(Instant.parse(text).toEpochMilli());
        } catch (DateTimeException | ArithmeticException noMoment) {
          throw unusable();
        }
      }
    };
  }

  private static FilterException unusable() {
    return new FilterException(
        "invalid start-from: give earliest, latest, a sequence, a timestamp, or a moment such as"
            + " 2026-01-31T12:00:00Z");
  }
}
