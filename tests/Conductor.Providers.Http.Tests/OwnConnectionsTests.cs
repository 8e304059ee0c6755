using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Conductor.TestKit;

namespace Conductor.Providers.Http.Tests;

public sealed class OwnConnectionsTests
{
    [Fact]
    public async Task Proxy_GetsEveryRequest_WithItsPassword_AndTheHostsClientIsLeftAlone()
    {
        await using var proxy = await FakeUpstream.StartAsync();
        using var upstream = new TestUpstream("http://models.invalid/v1", settings: ("proxy", $"http://user:p%40ss@{new Uri(proxy.BaseUrl).Authority}"));
        proxy.Reply(FakeReply.Status(407, "", ("Proxy-Authenticate", "Basic realm=\"x\"")));

        await upstream.PostAsync();

        Assert.Equal(0, upstream.Lent);
        Assert.Equal("models.invalid", proxy.Requests[^1].Headers["host"]);
        Assert.Equal("Basic " + Convert.ToBase64String("user:p@ss"u8), proxy.Requests[^1].Headers["proxy-authorization"]);
    }

    [Fact]
    public async Task NeitherProxyNorRoots_TheHostsClientIsUsed()
    {
        await using var fake = await FakeUpstream.StartAsync();
        using var upstream = new TestUpstream(fake.BaseUrl);

        await upstream.PostAsync();
        await upstream.PostAsync();

        Assert.Equal(1, upstream.Lent);
    }

    [Theory]
    [InlineData("localhost", true, true)]
    [InlineData("localhost", false, false)]
    [InlineData("elsewhere.test", true, false)]
    public async Task Roots_OfTheFile_AreTrusted_ForTheRightNameOnly(string name, bool isRootGiven, bool isTrusted)
    {
        using var authority = Authority.Create();
        using var other = Authority.Create();
        using var certificate = authority.Issue(name);
        var file = Path.GetTempFileName();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeOnceAsync(listener, certificate);
        try
        {
            await File.WriteAllTextAsync(file, (isRootGiven ? authority : other).Pem);
            var url = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/v1");
            using var upstream = new TestUpstream(url, settings: ("ca_file", file));

            if (isTrusted)
            {
                Assert.Equal("{}", await upstream.PostAsync());
            }
            else
            {
                var failure = await Assert.ThrowsAsync<ProviderException>(() => upstream.PostAsync());
                Assert.Equal((ProviderErrorKind.Network, true), (failure.Kind, failure.IsUnsent));
                Assert.Contains("tls", failure.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(file);
            await serving;
        }
    }

    private static async Task ServeOnceAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            var read = await tls.ReadAtLeastAsync(new byte[64 * 1024], 1, throwOnEndOfStream: false);
            if (read > 0)
            {
                await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"));
            }
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            // The client did not trust it.
        }
    }

    private sealed class Authority(RSA key, X509Certificate2 certificate) : IDisposable
    {
        public string Pem => certificate.ExportCertificatePem();

        public static Authority Create()
        {
            var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=Root of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return new Authority(key, request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(9)));
        }

        public X509Certificate2 Issue(string name)
        {
            using var leafKey = RSA.Create(2048);
            var request = new CertificateRequest("CN=" + name, leafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var made = request.Create(certificate, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);
            using var whole = made.CopyWithPrivateKey(leafKey);
            return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        }

        public void Dispose()
        {
            certificate.Dispose();
            key.Dispose();
        }
    }
}
