package dev.holdfast.broker.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What the files of TLS held at one moment, checked. Immutable. A change of the files makes a new
 * one, with a context of its own: no session of the old one can be resumed in it.
 *
 * @param context for new connections
 * @param certificates of the broker
 * @param revocations empty: clients show no certificates
 */
record TlsMaterial(
    SslContext context, List<ServerCertificate> certificates, Optional<Revocations> revocations) {

  private static final String VERSION = "TLSv1.3";

  /**
   * Reads the files.
   *
   * @throws TlsException they cannot be used
   */
  static TlsMaterial read(TlsFiles files, Instant now) throws TlsException {
    HostCertificates hosts = HostCertificates.read(files, now);
    SslContextBuilder builder =
        SslContextBuilder.forServer(new ServerKeys(hosts))
            .sslProvider(SslProvider.JDK)
            .protocols(VERSION);
    Optional<Revocations> revocations = Optional.empty();
    if (files.clients().isPresent()) {
      TlsFiles.Clients clients = files.clients().get();
      List<X509Certificate> authorities = Pem.certificates(clients.authorities());
      Revocations revoked = Revocations.read(clients, authorities, now);
      builder
          .trustManager(new ClientTrust(authorities, revoked))
          .clientAuth(clients.required() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
      revocations = Optional.of(revoked);
    }
    try {
      return new TlsMaterial(builder.build(), hosts.all(), revocations);
    } catch (SSLException e) {
      throw new TlsException(files.certificate() + " cannot be served: " + e, e);
    }
  }
}
