package dev.holdfast.broker.identity;

import dev.holdfast.broker.identity.token.TokenService;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** SASL PLAIN (RFC 4616). One caller at a time. */
final class PlainExchange implements SaslExchange {
  private static final byte[] EMPTY = new byte[0];

  private final Guard guard;
  private final PasswordChecker passwords;
  private final @Nullable TokenChecker tokens;
  private final TokenService.Bearer bearer;

  PlainExchange(
      Guard guard,
      PasswordChecker passwords,
      @Nullable TokenChecker tokens,
      TokenService.Bearer bearer) {
    this.guard = guard;
    this.tokens = tokens;
    this.bearer = bearer;
    this.passwords = passwords;
  }

  @Override
  public CompletionStage<SaslStep> respond(byte @Nullable [] response) {
    if (response == null) {
      return CompletableFuture.completedStage(new SaslStep.Challenge(EMPTY));
    }
    Optional<Message> message = parse(response);
    Arrays.fill(response, (byte) 0);
    if (message.isEmpty()) {
      return CompletableFuture.completedStage(new SaslStep.Failed(false));
    }
    String name = message.get().name();
    byte[] password = message.get().password();
    if (tokens != null && name.equals(TokenChecker.PLAIN_NAME)) {
      String token = new String(password, StandardCharsets.ISO_8859_1);
      return tokens.check(token, guard, bearer);
    }
    return guard.guarded(name, () -> passwords.check(name, password));
  }

  private record Message(String name, byte[] password) {}

  /** authzid NUL authcid NUL password; acting for somebody else is not offered. */
  private static Optional<Message> parse(byte[] response) {
    int first = indexOfNul(response, 0);
    int second = first < 0 ? -1 : indexOfNul(response, first + 1);
    if (second < 0 || second + 1 == response.length || indexOfNul(response, second + 1) >= 0) {
      return Optional.empty();
    }
    Optional<String> authzid = utf8(response, 0, first);
    Optional<String> name = utf8(response, first + 1, second);
    if (authzid.isEmpty() || name.isEmpty() || UserName.problem(name.get()).isPresent()) {
      return Optional.empty();
    }
    String normal = UserName.normalise(name.get());
    if (!authzid.get().isEmpty() && !UserName.normalise(authzid.get()).equals(normal)) {
      return Optional.empty();
    }
    return Optional.of(
        new Message(normal, Arrays.copyOfRange(response, second + 1, response.length)));
  }

  private static int indexOfNul(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  static Optional<String> utf8(byte[] bytes, int from, int to) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, from, to - from))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
