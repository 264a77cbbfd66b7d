package dev.holdfast.acl.rules;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A part of the day on some days of the week, as {@code 08:00-18:00 mon-fri Europe/Berlin}. One
 * that ends before it begins lasts over midnight, and belongs to the day on which it begins.
 *
 * @param from inclusive
 * @param to exclusive
 * @param days on which it begins
 * @param zone whose clock counts
 * @param text as it is written
 */
record TimeWindow(LocalTime from, LocalTime to, Set<DayOfWeek> days, ZoneId zone, String text) {
  private static final List<String> NAMES =
      List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
  private static final int MINUTE_MS = 60_000;

  TimeWindow {
    days = Set.copyOf(days);
  }

  /**
   * Reads one from its words.
   *
   * @throws IllegalArgumentException for people
   */
  static TimeWindow parse(List<String> words) {
    String[] ends = words.get(0).split("-", -1);
    if (ends.length != 2 || words.size() > 3) {
      throw wrong();
    }
    boolean withDays = words.size() > 1 && isDays(words.get(1));
    boolean withZone = words.size() > (withDays ? 2 : 1);
    try {
      LocalTime from = LocalTime.parse(ends[0]);
      // The end of a day is the beginning of the next.
      LocalTime to = ends[1].equals("24:00") ? LocalTime.MIDNIGHT : LocalTime.parse(ends[1]);
      return new TimeWindow(
          from,
          to,
          withDays ? days(words.get(1)) : EnumSet.allOf(DayOfWeek.class),
          withZone ? ZoneId.of(words.get(words.size() - 1)) : ZoneId.of("UTC"),
          String.join(" ", words));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(wrong().getMessage(), e);
    }
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException(
        "time is written 08:00-18:00, or with days and a zone: 08:00-18:00 mon-fri Europe/Berlin");
  }

  private static boolean isDays(String word) {
    return NAMES.contains(word.split("-", -1)[0].toLowerCase(Locale.ROOT));
  }

  private static Set<DayOfWeek> days(String word) {
    String[] ends = word.toLowerCase(Locale.ROOT).split("-", -1);
    int first = NAMES.indexOf(ends[0]);
    int last = NAMES.indexOf(ends[ends.length - 1]);
    if (ends.length > 2 || first < 0 || last < 0) {
      throw wrong();
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (int day = first; ; day = (day + 1) % NAMES.size()) {
      days.add(DayOfWeek.of(day + 1));
      if (day == last) {
        return days;
      }
    }
  }

  boolean contains(long nowMs) {
    ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(zone);
    LocalTime time = now.toLocalTime();
    if (from.isBefore(to)) {
      return days.contains(now.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(to);
    }
    return time.isBefore(to)
        ? days.contains(now.getDayOfWeek().minus(1))
        : !time.isBefore(from) && days.contains(now.getDayOfWeek());
  }

  /** The next full minute at which it may begin or end: windows begin and end at minutes. */
  long nextEdgeMs(long nowMs) {
    return Math.floorDiv(nowMs, MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  }

  @Override
  public String toString() {
    return text;
  }
}
