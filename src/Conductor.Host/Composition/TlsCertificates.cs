using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Conductor.Host.Composition;

/// <summary>
/// The certificate of `https://` addresses. Its files are looked at when a client connects, at most every few seconds: a renewed one is taken from the next connection on, one
/// that cannot be used is told and the old one stays.
/// </summary>
internal sealed partial class TlsCertificates(ISettings settings, TimeProvider time, ILogger<TlsCertificates> logger) : IDisposable
{
    /// <summary>How old the last look at the files may be.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<X509Certificate2> _owned = []; // connections of before may still shake hands with an old one
    private volatile SslStreamCertificateContext? _current;
    private byte[] _seen = [];
    private long _lookedAt;

    /// <summary>Reads the files, at the start.</summary>
    /// <exception cref="StartException">They cannot be used.</exception>
    public void Load()
    {
        try
        {
            lock (_gate)
            {
                Take(Read(settings.Current.Server.Tls!));
            }
        }
        catch (Exception failure) when (IsFault(failure))
        {
            throw new StartException($"The certificate of 'server: tls' cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>What a handshake goes by: TLS 1.2 and above.</summary>
    public TlsHandshakeCallbackOptions HandshakeOptions() => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current(),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        }),
    };

    public void Dispose()
    {
        _current = null;
        _owned.ForEach(certificate => certificate.Dispose());
    }

    private SslStreamCertificateContext? Current()
    {
        if (time.GetElapsedTime(Volatile.Read(ref _lookedAt)) < LookEvery || !_gate.TryEnter())
        {
            return _current;
        }

        try
        {
            if (time.GetElapsedTime(_lookedAt) >= LookEvery && settings.Current.Server.Tls is { } tls)
            {
                Look(tls);
            }

            return _current;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Look(TlsSettings tls)
    {
        try
        {
            var files = Read(tls);
            _lookedAt = time.GetTimestamp();
            if (!SHA256.HashData(files.Digest).AsSpan().SequenceEqual(_seen))
            {
                Take(files);
                Taken(logger, _owned[0].NotAfter);
            }
        }
        catch (Exception failure) when (IsFault(failure))
        {
            _lookedAt = time.GetTimestamp();
            Unusable(logger, failure.Message);
        }
    }

    // Both files as they are at one moment; a pair that is half renewed does not fit together and is refused.
    private static (byte[] Certificate, byte[] Key, byte[] Digest) Read(TlsSettings tls)
    {
        var certificate = File.ReadAllBytes(tls.Pfx ?? tls.Certificate!);
        var key = tls.Pfx is null ? File.ReadAllBytes(tls.Key!) : [];
        return (certificate, key, [.. certificate, .. key]);
    }

    private void Take((byte[] Certificate, byte[] Key, byte[] Digest) files)
    {
        var tls = settings.Current.Server.Tls!;
        var chain = new X509Certificate2Collection();
        X509Certificate2 leaf;
        if (tls.Pfx is not null)
        {
            chain = X509CertificateLoader.LoadPkcs12Collection(files.Certificate, tls.Password?.Reveal());
            leaf = chain.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("the file holds no private key");
            chain.Remove(leaf);
        }
        else
        {
            var text = System.Text.Encoding.UTF8.GetString(files.Certificate);
            using var pem = X509Certificate2.CreateFromPem(text, System.Text.Encoding.UTF8.GetString(files.Key));
            leaf = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null); // a key of its own, which every system's TLS takes
            chain.ImportFromPem(text);
            chain.RemoveAt(0);
        }

        _current = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        _seen = SHA256.HashData(files.Digest);
        _lookedAt = time.GetTimestamp();
        _owned.Insert(0, leaf);
        _owned.AddRange(chain);
    }

    private static bool IsFault(Exception failure) => failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(HostEventIds.CertificateTaken, LogLevel.Information, "A new certificate is in use; it is good until {Until}")]
    private static partial void Taken(ILogger logger, DateTimeOffset until);

    [LoggerMessage(HostEventIds.CertificateUnusable, LogLevel.Warning, "The certificate's files cannot be used, so the one before stays in use: {Reason}")]
    private static partial void Unusable(ILogger logger, string reason);
}
