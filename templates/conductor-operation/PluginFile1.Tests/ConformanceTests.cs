using Conductor.TestKit;

namespace PluginClass1.Tests;

/// <summary>Conductor's own suite: the DLL is loaded as the host loads it, its schemas, prompt and answers are checked, it is unloaded, and must be gone from memory.</summary>
public sealed class ConformanceTests(ConformanceTests.Run run) : IClassFixture<ConformanceTests.Run>
{
    public static TheoryData<string> Checks => [.. PluginConformance.OperationChecks];

    [Theory]
    [MemberData(nameof(Checks))]
    public void Plugin_Check_Passes(string check) => run.Report.Require(check);

    public sealed class Run : IAsyncLifetime
    {
        private static readonly OperationExample Example = new("""{"text": "The bridge over the river opens in May."}""", """{"title": "Bridge opens in May"}""");

        public ConformanceReport Report { get; private set; } = null!;

        public async Task InitializeAsync() => Report = await PluginConformance.RunAsync(
            new PluginUnderTest
            {
                Path = Path.Combine(AppContext.BaseDirectory, "PluginFile1.dll"),
                Examples = new Dictionary<string, OperationExample> { ["operation_name_1"] = Example },
            },
            CancellationToken.None);

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
