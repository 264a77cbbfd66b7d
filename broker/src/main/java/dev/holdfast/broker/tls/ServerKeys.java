package dev.holdfast.broker.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the broker's certificate by the host name in the client's hello. The name chooses a
 * certificate and decides nothing else. Any thread.
 */
final class ServerKeys extends X509ExtendedKeyManager {

  private final HostCertificates certificates;
  private final Map<String, ServerCertificate> byAlias = new HashMap<>();
  private final Map<ServerCertificate, String> aliases = new HashMap<>();

  ServerKeys(HostCertificates certificates) {
    this.certificates = certificates;
    for (ServerCertificate one : certificates.all()) {
      String alias = Integer.toString(byAlias.size());
      byAlias.put(alias, one);
      aliases.put(one, alias);
    }
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    ServerCertificate chosen = certificates.forHost(askedFor(engine));
    boolean fits = chosen.leaf().getPublicKey().getAlgorithm().equals(keyType);
    return fits ? aliases.get(chosen) : null;
  }

  private static @Nullable String askedFor(SSLEngine engine) {
    return engine.getHandshakeSession() instanceof ExtendedSSLSession session
        ? session.getRequestedServerNames().stream()
            .filter(SNIHostName.class::isInstance)
            .map(name -> ((SNIHostName) name).getAsciiName())
            .findFirst()
            .orElse(null)
        : null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    ServerCertificate one = byAlias.get(alias);
    return one == null ? null : one.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    ServerCertificate one = byAlias.get(alias);
    return one == null ? null : one.key();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return byAlias.keySet().toArray(String[]::new);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
