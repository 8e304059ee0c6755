using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Conductor.Host.Composition;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Access;

/// <summary>`https://` with certificates from files, and their renewal.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Key = "a-long-random-key-0123456789";

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pem_ServedWithHstsAndRenewedWithoutARestart()
    {
        var first = Write("one");
        await using var gateway = await StartAsync(Pem);

        var (serial, response) = await AskAsync(gateway, "gateway.example");
        using (response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("max-age=31536000", response.Headers.GetValues("strict-transport-security").Single());
        }

        Assert.Equal(first, serial);
        Assert.Equal(first, await SerialAsync(gateway));

        var second = Write("two");
        Assert.Equal(first, await SerialAsync(gateway)); // looked at a moment ago
        _time.Advance(TlsCertificates.LookEvery);
        Assert.Equal(second, await SerialAsync(gateway));
    }

    [Fact]
    public async Task Pem_HalfRenewedOrBroken_OldOneStays()
    {
        var first = Write("one");
        await using var gateway = await StartAsync(Pem);
        Assert.Equal(first, await SerialAsync(gateway));

        foreach (var step in (Action[])[() => Write("two", isHalf: true), () => _folder.Write("tls.pem", "nonsense"), () => File.Delete(_folder.Combine("tls.key"))])
        {
            step();
            _time.Advance(TlsCertificates.LookEvery);
            Assert.Equal(first, await SerialAsync(gateway));
        }

        var third = Write("three");
        _time.Advance(TlsCertificates.LookEvery);
        Assert.Equal(third, await SerialAsync(gateway));
    }

    [Fact]
    public async Task Pfx_WithPassword_Served()
    {
        using var certificate = Make("pfx");
        await File.WriteAllBytesAsync(_folder.Combine("tls.pfx"), certificate.Export(X509ContentType.Pfx, "open sesame"));
        await using var gateway = await StartAsync($"{{ pfx: \"{_folder.Combine("tls.pfx")}\", password: \"env:PFX_PASSWORD\" }}");

        Assert.Equal(certificate.SerialNumber, await SerialAsync(gateway));
    }

    [Fact]
    public async Task Localhost_NoHsts()
    {
        Write("one");
        await using var gateway = await StartAsync(Pem);

        var (_, response) = await AskAsync(gateway, "localhost");

        using (response)
        {
            Assert.False(response.Headers.Contains("strict-transport-security"));
        }
    }

    [Fact]
    public async Task Tls12And13_NothingOlder()
    {
        Write("one");
        await using var gateway = await StartAsync(Pem);

        Assert.Equal(SslProtocols.Tls12, await ProtocolAsync(gateway, SslProtocols.Tls12));
        Assert.Equal(SslProtocols.Tls13, await ProtocolAsync(gateway, SslProtocols.Tls13));
#pragma warning disable SYSLIB0039, CA5397, CA5398 // asked for to be refused
        await Assert.ThrowsAnyAsync<Exception>(() => ProtocolAsync(gateway, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397, CA5398
    }

    [Fact]
    public async Task Start_CertificateThatCannotBeUsed_Sentence()
    {
        _folder.Write("tls.pem", "nonsense");
        _folder.Write("tls.key", "nonsense");

        var failure = await Assert.ThrowsAsync<StartException>(() => StartAsync(Pem));

        Assert.Contains("'server: tls'", failure.Message, StringComparison.Ordinal);
    }

    private string Pem => $"{{ certificate: \"{_folder.Combine("tls.pem")}\", key: \"{_folder.Combine("tls.key")}\" }}";

    private Task<TestGateway> StartAsync(string tls) => TestGateway.StartAsync(
        $"server: {{ tls: {tls} }}",
        new() { ["CONDUCTOR_API_KEYS"] = Key, ["PFX_PASSWORD"] = "open sesame" },
        listen: "https://127.0.0.1:0",
        configure: services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TlsCertificates>(provider, (TimeProvider)_time)));

    // The certificate, its issuer behind it as a chain has it, and the key.
    private string Write(string name, bool isHalf = false)
    {
        using var certificate = Make(name);
        using var issuer = Make("issuer");
        _folder.Write("tls.pem", $"{certificate.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n");
        if (!isHalf)
        {
            _folder.Write("tls.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        return certificate.SerialNumber;
    }

    private static X509Certificate2 Make(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private static async Task<string> SerialAsync(TestGateway gateway)
    {
        var (serial, response) = await AskAsync(gateway, "gateway.example");
        using (response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        return serial;
    }

    private static async Task<(string Serial, HttpResponseMessage Response)> AskAsync(TestGateway gateway, string host)
    {
        var serial = "";
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => (serial = ((X509Certificate2)certificate!).SerialNumber).Length > 0 },
        };
        using var client = new HttpClient(handler) { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/operations");
        request.Headers.Host = host;
        request.Headers.Authorization = new("Bearer", Key);
        var response = await client.SendAsync(request);
        return (serial, response);
    }

    private static async Task<SslProtocols> ProtocolAsync(TestGateway gateway, SslProtocols protocols)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x", EnabledSslProtocols = protocols, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null });
        return stream.SslProtocol;
    }
}
