package dev.holdfast.broker.domain;

/** Reads stored filters of subscriptions; implemented where the filters are. */
public interface FilterCodec {

  /**
   * Makes a filter of its stored form.
   *
   * @param encoded what {@link MessageFilter#encoded()} gave, also in an earlier version
   * @throws IllegalArgumentException when this is no filter that this version knows
   */
  MessageFilter decode(byte[] encoded);

  /** Knows no filter. */
  FilterCodec NONE =
      encoded -> {
        throw new IllegalArgumentException("there are no filters here");
      };
}
