using Conductor.TestKit;

namespace Conductor.Host.Tests.Support;

/// <summary>One open gateway in front of one scripted upstream, for tests that leave no trace in either.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    internal TestGateway Gateway { get; private set; } = null!;

    internal FakeUpstream Upstream { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Upstream = await FakeUpstream.StartAsync();
        Gateway = await TestGateway.InFrontOfAsync(Upstream.BaseUrl, "limits: { max_body: 1MiB }");
    }

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
