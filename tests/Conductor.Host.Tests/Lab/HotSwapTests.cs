using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Conductor.Host.Lab;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Lab;

public sealed class HotSwapTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task HotSwap_Quick_LosesNothingAndLeavesOneVersion()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--streams", "12", "--swaps", "2", "--json"]);

        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(2, report.RootElement.GetProperty("swaps").GetInt32());
        Assert.Equal(0, report.RootElement.GetProperty("dropped").GetInt32());
        Assert.Equal(1, report.RootElement.GetProperty("contexts_alive").GetProperty("openai-compatible").GetInt32());
        Assert.True(report.RootElement.GetProperty("streams").GetInt32() >= 12);
    }

    [Fact]
    public async Task HotSwap_PluginsWithHabits_AllLeaveMemory()
    {
        string[] plugins = ["RelayJson", "RelayOpenAI", "RelayTimer", "RelayDatabase"]; // System.Text.Json by reflection, the OpenAI package, a timer and a loop, a connection

        var (code, output, error) = await HostProcess.RunAsync(
            ["lab", "hotswap", "--quick", "--streams", "16", "--swaps", "2", "--json", .. plugins.SelectMany(plugin => new[] { "--plugin", BuildOf(plugin) })]);

        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("contexts_alive").EnumerateObject().All(plugin => plugin.Value.GetInt32() == 1), output + error);
        Assert.Equal(8, report.RootElement.GetProperty("swaps").GetInt32());
        Assert.Equal(0, report.RootElement.GetProperty("dropped").GetInt32());
        Assert.Equal(0, report.RootElement.GetProperty("duplicated").GetInt32());
    }

    [Fact]
    public async Task HotSwap_PluginThatNeverLeaves_IsAViolationAndTheLogIsKept()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--streams", "4", "--swaps", "1", "--plugin", BuildOf("RelayPinned")]);

        Assert.True(code == 1, output + error);
        Assert.Contains("versions of relay-pinned are in memory", error, StringComparison.Ordinal);
        var kept = error.Split('\n').Select(line => line.Trim()).Single(line => line.Contains("log is kept: ", StringComparison.Ordinal)).Split("kept: ")[1];
        Assert.Contains("Serving p0", await File.ReadAllTextAsync(kept), StringComparison.Ordinal);
        Assert.Matches("its log, .*warn: .*still in memory", error);
        Assert.Equal([kept], Directory.GetFileSystemEntries(Path.GetDirectoryName(kept)!)); // and nothing else is
        Directory.Delete(Path.GetDirectoryName(kept)!, recursive: true);
    }

    [Fact]
    public async Task HotSwap_PluginThatSwallowsRepeatsAndReorders_EachIsCountedAndAViolation()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--streams", "12", "--swaps", "1", "--json", "--plugin", BuildOf("RelayLossy")]);

        Assert.True(code == 1, output + error);
        using var report = JsonDocument.Parse(output);
        Assert.True(report.RootElement.GetProperty("dropped").GetInt32() >= 3, output);
        Assert.True(report.RootElement.GetProperty("duplicated").GetInt32() >= 3, output);
        Assert.True(report.RootElement.GetProperty("out_of_order").GetInt32() >= 3, output);
        var violations = report.RootElement.GetProperty("violations").EnumerateArray().Select(violation => violation.GetString()!).ToList();
        Assert.Contains(violations, violation => violation.Contains("chunks are missing", StringComparison.Ordinal));
        Assert.Contains(violations, violation => violation.Contains("repeated, or came in another order", StringComparison.Ordinal));
        DeleteLog(report);
    }

    [Fact]
    public async Task HotSwap_PluginThatTakesMemoryWithEveryVersion_IsAViolation()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--streams", "4", "--swaps", "3", "--json", "--plugin", BuildOf("RelayGrowing")]);

        Assert.True(code == 1, output + error);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(1, report.RootElement.GetProperty("contexts_alive").GetProperty("relay-growing").GetInt32()); // its code is not what stays
        Assert.Equal(0, report.RootElement.GetProperty("dropped").GetInt32());
        Assert.StartsWith("resident memory grew by", Assert.Single(report.RootElement.GetProperty("violations").EnumerateArray()).GetString(), StringComparison.Ordinal);
        DeleteLog(report);
    }

    [Fact]
    public async Task HotSwap_AtARate_AsksByTheClock()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--rate", "20", "--swaps", "2", "--json"]);

        Assert.True(code == 0, output + error);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(20, report.RootElement.GetProperty("streams_a_second").GetInt32());
        Assert.Equal(2, report.RootElement.GetProperty("swaps").GetInt32());
        Assert.True(report.RootElement.GetProperty("streams").GetInt32() >= 20, output); // a second before the first swap alone
        Assert.Equal(0, report.RootElement.GetProperty("dropped").GetInt32());
    }

    [Fact]
    public async Task HotSwap_WhatIsNoPlugin_IsSaid()
    {
        var path = _folder.Combine("note.dll");
        await File.WriteAllTextAsync(path, "not a library");

        var (code, _, error) = await HostProcess.RunAsync(["lab", "hotswap", "--quick", "--plugin", path]);

        Assert.NotEqual(0, code);
        Assert.Contains("error:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HotSwap_NumberOutOfRange_IsAUsageError()
    {
        var (code, _, error) = await HostProcess.RunAsync(["lab", "hotswap", "--streams", "0"]);

        Assert.Equal(2, code);
        Assert.Contains("--streams takes a number from 1 to 20000, not '0'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_DifferInTheirModuleVersionIdAlone()
    {
        var image = File.ReadAllBytes(typeof(HotSwapTests).Assembly.Location);
        var versions = new PluginVersions(image);

        var (one, two) = (versions.Make(1), versions.Make(2));

        Assert.Equal(one, versions.Make(1));
        Assert.Equal(3, new[] { image, one, two }.Select(VersionIdOf).Distinct().Count());
        Assert.True(image.Zip(one).Count(pair => pair.First != pair.Second) <= 16);
    }

    [Theory]
    [InlineData("s1:0 s1:1 s1:2 ", null, 0, 0, 0)]
    [InlineData("s1:0 s1:2 ", null, 1, 0, 0)] // a gap
    [InlineData("s1:0 s1:1 s1:1 s1:2 ", null, 0, 1, 0)] // a double
    [InlineData("s1:0 s1:2 s1:1 ", null, 0, 0, 1)] // out of order
    [InlineData("s1:0 s2:1 s1:1 s1:2 ", null, 0, 0, 1)] // another stream's
    [InlineData("s1:0 s1:1 s1:2 ", "no [DONE]", 1, 0, 0)] // all there, and no proper end
    public void Tally_EveryKindOfDamage_IsCounted(string text, string? failure, int dropped, int duplicated, int misordered)
    {
        var tally = new StreamTally();

        tally.Add("s1", text, expected: 3, failure);

        Assert.Equal((dropped, duplicated, misordered), (tally.Dropped, tally.Duplicated, tally.Misordered));
    }

    [Theory]
    [InlineData(100, 112, 20, 0, false)] // more than 10 %, and less than equal runs differ by
    [InlineData(300, 325, 20, 0, false)] // more than equal runs differ by, and less than 10 %
    [InlineData(100, 118, 20, 0, true)]
    [InlineData(100, 118, 800, 0, false)] // so many versions leave that much with the runtime
    [InlineData(100, 145, 800, 0, true)]
    [InlineData(100, 118, 20, 40, false)] // so many threads of the pool keep that much
    public void Report_Growth_IsAViolationBeyondWhatEqualRunsDifferBy(int before, int after, int swaps, int newThreads, bool isViolation)
    {
        var report = new HotSwapReport
        {
            Streams = 1,
            SwapsAsked = swaps,
            Swaps = swaps,
            Plugins = ["p"],
            Tally = new StreamTally(),
            UpstreamRequests = 0,
            StreamsStarted = 0,
            ContextsAlive = new Dictionary<string, int> { ["p"] = 1 },
            ResidentBefore = (long)before << 20,
            ResidentAfter = (long)after << 20,
            ThreadsBefore = 30,
            ThreadsAfter = 30 + newThreads,
            Duration = TimeSpan.Zero,
            Violations = [],
            LogPath = "",
            LogLines = [],
        };

        Assert.Equal(isViolation, report.AllViolations().Any());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(50)]
    public async Task Readers_TheLabsTimeIsUp_StopAsking(int? rate)
    {
        var options = new HotSwapOptions { Streams = 4, Rate = rate, Swaps = 1, Chunks = 20, Pause = TimeSpan.Zero, Interval = TimeSpan.Zero, Limit = TimeSpan.Zero };
        using var nobody = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:9") };
        var readers = new StreamReaders(nobody, () => false, options, ["p0"], new StreamTally());

        await Task.Run(() => readers.RunAsync(stop: CancellationToken.None, giveUp: new CancellationToken(canceled: true))).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(readers.Started <= options.Streams);
    }

    private static void DeleteLog(JsonDocument report) =>
        Directory.Delete(Path.GetDirectoryName(report.RootElement.GetProperty("log").GetString())!, recursive: true);

    private static string BuildOf(string plugin)
    {
        var folder = new FileInfo(HostProcess.Executable).Directory!;
        while (!File.Exists(Path.Combine(folder.FullName, "Conductor.Plugins.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "tests", "TestPlugins", "Conductor.TestPlugins." + plugin, "bin", "plugin");
    }

    private static Guid VersionIdOf(byte[] image)
    {
        using var pe = new PEReader(new MemoryStream(image));
        var metadata = pe.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
