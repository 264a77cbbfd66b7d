package dev.holdfast.broker.identity.token;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.jspecify.annotations.Nullable;

/** Writes and signs the broker's own tokens. Immutable; any thread. */
final class TokenWriter {
  private static final int KEY_ID = 8;
  private static final JsonMapper JSON = new JsonMapper();

  private final Ed25519PrivateKeyParameters key;
  private final IssuerKey publicKey;

  /**
   * What a token says besides what is listed of it.
   *
   * @param principal whom it is for, when its bearer is to be that and not the token's subject
   * @param thumbprint base64url SHA-256 of the only certificate that may use it; null: any
   */
  record Binding(@Nullable String principal, @Nullable String thumbprint) {
    static final Binding NONE = new Binding(null, null);
  }

  TokenWriter(byte[] seed, String issuer) {
    this.key = new Ed25519PrivateKeyParameters(seed, 0);
    Ed25519PublicKeyParameters half = key.generatePublicKey();
    this.publicKey =
        new IssuerKey(
            issuer,
            Set.of(issuer),
            base64(half.getEncoded()).substring(0, KEY_ID),
            IssuerKey.Algorithm.EDDSA,
            true,
            SignatureChecks.ed25519(half));
  }

  /** The key that checks what this signs. */
  IssuerKey publicKey() {
    return publicKey;
  }

  String sign(TokenInfo info, Binding binding) {
    ObjectNode header =
        JSON.createObjectNode()
            .put("alg", publicKey.algorithm().text())
            .put("kid", publicKey.id())
            .put("typ", "at+jwt");
    ObjectNode claims =
        JSON.createObjectNode()
            .put("iss", publicKey.issuer())
            .put("aud", publicKey.issuer())
            .put("sub", info.subject())
            .put("iat", info.issued().getEpochSecond())
            .put("exp", info.expires().getEpochSecond())
            .put("jti", info.id())
            .put("scope", String.join(" ", info.scopes()));
    if (!info.roles().isEmpty()) {
      List<String> roles = info.roles().stream().sorted().toList();
      roles.forEach(claims.putArray("roles")::add);
    }
    if (binding.principal() != null) {
      claims.put("principal", binding.principal());
    }
    if (binding.thumbprint() != null) {
      claims.putObject("cnf").put("x5t#S256", binding.thumbprint());
    } else if (info.uid() >= 0) {
      claims.putObject("cnf").put("uid", info.uid());
    }
    String message = encode(header) + "." + encode(claims);
    byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, key);
    signer.update(bytes, 0, bytes.length);
    return message + "." + base64(signer.generateSignature());
  }

  private static String encode(ObjectNode json) {
    return base64(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
