using System.Net;
using System.Net.Sockets;
using Conductor.Network;

namespace Conductor.Core.Tests.Network;

public sealed class PublicConnectTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.7")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("192.0.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    public void Is_AddressOfAMachineANetworkOrACloud_IsNotPublic(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void Is_AddressOfTheInternet_IsPublic(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("1.1.1.1,127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("")]
    public async Task Connect_NameThatMeansThisMachine_IsRefusedAndNothingConnects(string addresses)
    {
        using var listener = Listen();
        var connect = new PublicConnect((_, _) => Task.FromResult<IPAddress[]>([.. addresses.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]), PublicAddress.Is, [PortOf(listener)]);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => connect.ConnectAsync("hooks.example", PortOf(listener), CancellationToken.None));

        Assert.DoesNotContain("127.0.0.1", failure.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Connect_AddressItself_IsJudgedToo()
    {
        using var listener = Listen();
        var connect = new PublicConnect((_, _) => throw new InvalidOperationException("nothing to look up"), PublicAddress.Is, [PortOf(listener)]);

        await Assert.ThrowsAsync<HttpRequestException>(() => connect.ConnectAsync("127.0.0.1", PortOf(listener), CancellationToken.None));

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Connect_NameThatMeansSomethingElseTheSecondTime_IsLookedUpOnce()
    {
        using var listener = Listen();
        var asked = 0;
        var connect = new PublicConnect((_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("169.254.169.254")]), IPAddress.IsLoopback, [PortOf(listener)]);

        await using (await connect.ConnectAsync("hooks.example", PortOf(listener), CancellationToken.None))
        {
            Assert.Equal(1, asked);
            Assert.True(listener.Pending());
        }
    }

    [Fact]
    public async Task Connect_AnotherPort_IsRefused()
    {
        using var listener = Listen();
        var connect = new PublicConnect((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _ => true, [443]);

        await Assert.ThrowsAsync<HttpRequestException>(() => connect.ConnectAsync("hooks.example", PortOf(listener), CancellationToken.None));

        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task ForOthers_AddressOverAnApi_OnlyHttpsToThePublicInternet()
    {
        using var listener = Listen();
        using var client = OutwardHttp.ForOthers(new PublicConnect((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _ => true, [PortOf(listener)]));
        using var real = OutwardHttp.ForOthers();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://hooks.example:{PortOf(listener)}/")));
        await Assert.ThrowsAsync<HttpRequestException>(() => real.GetAsync(new Uri($"https://127.0.0.1:{PortOf(listener)}/")));
        await Assert.ThrowsAsync<HttpRequestException>(() => real.GetAsync(new Uri("https://localhost/")));

        Assert.False(listener.Pending());
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
