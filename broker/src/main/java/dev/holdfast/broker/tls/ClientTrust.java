package dev.holdfast.broker.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whether a client's certificate counts: first what the JDK checks (chain to an authority, times,
 * usages, algorithms), then that it is not revoked and names one identity at most. Any thread.
 */
final class ClientTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager standard;
  private final Revocations revocations;

  ClientTrust(List<X509Certificate> authorities, Revocations revocations) throws TlsException {
    this.standard = standard(authorities);
    this.revocations = revocations;
  }

  private static X509ExtendedTrustManager standard(List<X509Certificate> authorities)
      throws TlsException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry(Integer.toString(store.size()), authority);
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
      throw new TlsException("this Java has no trust manager for X.509");
    } catch (GeneralSecurityException | java.io.IOException e) {
      throw new TlsException("the certificates of tls.client-ca cannot be used: " + e, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    standard.checkClientTrusted(chain, type, engine);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    standard.checkClientTrusted(chain, type, socket);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    standard.checkClientTrusted(chain, type);
    check(chain);
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    String serial = chain[0].getSerialNumber().toString(16);
    if (revocations.isRevoked(Arrays.asList(chain))) {
      throw new CertificateException("certificate " + serial + " or its issuer's is revoked");
    }
    // X.509-SVID §2: which of them the client is would be a matter of taste.
    if (CertificateNames.uris(chain[0]).size() > 1) {
      throw new CertificateException("certificate " + serial + " names several URIs");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("no server is trusted here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("no server is trusted here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("no server is trusted here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return standard.getAcceptedIssuers();
  }
}
