using Conductor.TestKit;

namespace PluginClass1.Tests;

/// <summary>Conductor's own suite: the DLL is loaded as the host loads it, used in every way that it offers, made to fail, unloaded, and must be gone from memory.</summary>
public sealed class ConformanceTests(ConformanceTests.Run run) : IClassFixture<ConformanceTests.Run>
{
    public static TheoryData<string> Checks => [.. PluginConformance.ProviderChecks];

    [Theory]
    [MemberData(nameof(Checks))]
    public void Plugin_Check_Passes(string check) => run.Report.Require(check);

    public sealed class Run : IAsyncLifetime
    {
        public ConformanceReport Report { get; private set; } = null!;

        // A provider that speaks to an upstream in OpenAI's or Ollama's wire gets one here, as Upstream; its settings go into Settings.
        public async Task InitializeAsync() =>
            Report = await PluginConformance.RunAsync(new PluginUnderTest { Path = Path.Combine(AppContext.BaseDirectory, "PluginFile1.dll") }, CancellationToken.None);

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
