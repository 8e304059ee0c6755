using System.Text.Json;
using Conductor.Host.Lab;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Cli.PluginVerbs;

public sealed class VerifyTests(NewPlugin made) : IClassFixture<NewPlugin>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_NewPlugins_ConformantAndWhatTheyAre()
    {
        var provider = await VerifyAsync(made.Provider);
        var operation = await VerifyAsync(made.Operation);

        Assert.Equal((0, true, "provider", NewPlugin.ProviderId), (provider.Code, Conformant(provider.Report), Text(provider.Report, "kind"), Text(provider.Report, "id")));
        Assert.Equal((0, true, "operation", NewPlugin.OperationId), (operation.Code, Conformant(operation.Report), Text(operation.Report, "kind"), Text(operation.Report, "id")));
        Assert.Equal([Path.GetFileName(made.Provider)], provider.Report.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        Assert.Equal(["chat"], provider.Report.GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString()));
        Assert.Equal("passed", Outcome(provider.Report, "load"));
        Assert.Equal("passed", Outcome(provider.Report, "unload"));
        Assert.Equal("passed", Outcome(operation.Report, "unload"));
    }

    [Fact]
    public async Task Verify_ForPeople_RowsOfTheFilesAndOfTheChecks()
    {
        var (code, output, error) = await HostProcess.RunAsync(["plugins", "verify", made.Provider]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains($"id\t{NewPlugin.ProviderId}\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("unload\tpassed\t\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_SettingsRefusedByThePlugin_ItsSentenceAndCode1()
    {
        var (code, report) = await VerifyAsync(made.Provider, "--settings", "base_url=nowhere");

        Assert.Equal((1, false), (code, Conformant(report)));
        Assert.Contains(Checks(report), check => Text(check, "outcome") == "failed" && Text(check, "message")!.Contains("is not an address such as", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_Section_SettingsOfTheConfiguration()
    {
        var config = _folder.Write("conductor.yaml", $"providers: {{ mine: {{ plugin: {NewPlugin.ProviderId}, base_url: nowhere }} }}");

        var (code, report) = await VerifyAsync(made.Provider, "--section", "mine", "--config", config);
        var none = await HostProcess.RunAsync(["plugins", "verify", made.Provider, "--section", "other", "--config", config]);

        Assert.Equal((1, 2), (code, none.Code));
        Assert.Contains(Checks(report), check => Text(check, "message")?.Contains("is not an address such as", StringComparison.Ordinal) == true);
        Assert.Contains("providers.other", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ShippedPluginWithItsUpstream_ChecksThatNeedOneAreRun()
    {
        var root = new FileInfo(HostProcess.Executable).Directory!.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var plugin = Path.Combine(root, "plugins", "Conductor.Providers.OpenAICompatible");

        var without = await VerifyAsync(plugin, "--settings", "base_url=http://127.0.0.1:1/v1");
        var with = await VerifyAsync(plugin, "--upstream", "openai");

        Assert.True(with.Code == 0, with.Report.ToString());
        Assert.True(CountPassed(with.Report) > CountPassed(without.Report), "no check was added by the upstream");
    }

    [Fact]
    public async Task Verify_NoPlugin_RefusedInTheHostsWordsAndNothingRun()
    {
        var text = _folder.Write("Text.dll", "text");

        var (code, report) = await VerifyAsync(text);
        var plain = await HostProcess.RunAsync(["plugins", "verify", text]);

        Assert.Equal((1, 1), (code, plain.Code));
        Assert.Contains("'Text.dll' is not a .NET assembly", Text(report, "refusal"), StringComparison.Ordinal);
        Assert.Empty(Checks(report));
        Assert.StartsWith("error: 'Text.dll' is not a .NET assembly", plain.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_PluginEndsTheProcess_SaysSoAndLives()
    {
        var copy = _folder.Combine("deadly");
        await HostProcess.RunAsync(["plugins", "new", "provider", "Deadly", "--output", copy]);
        var entry = Path.Combine(copy, "Deadly", "DeadlyPlugin.cs");
        await File.WriteAllTextAsync(entry, (await File.ReadAllTextAsync(entry)).Replace(
            "services.AddSingleton(DeadlySettings.Read(context));", "System.Environment.FailFast(\"this plugin has had enough\");", StringComparison.Ordinal));
        await NewPlugin.BuildAsync(Path.Combine(copy, "Deadly"));

        var (code, report) = await VerifyAsync(Path.Combine(copy, "Deadly", "bin", "Release", "net10.0", "Deadly.dll"));

        Assert.Equal((1, false), (code, Conformant(report)));
        Assert.Contains("It ended the process that it ran in", Text(report, "ended"), StringComparison.Ordinal);
        Assert.Contains("this plugin has had enough", Text(report, "ended"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_DamagedCode_RefusedOrFailedNeverCrashed()
    {
        var bytes = new PluginVersions(await File.ReadAllBytesAsync(made.Provider)).Make(3);
        var cut = _folder.Combine("Cut.dll");
        await File.WriteAllBytesAsync(cut, bytes[..(bytes.Length / 2)]);

        var (code, report) = await VerifyAsync(cut);

        Assert.Equal(1, code);
        Assert.NotNull(Text(report, "refusal"));
    }

    private static async Task<(int Code, JsonElement Report)> VerifyAsync(string path, params string[] arguments)
    {
        var (code, output, error) = await HostProcess.RunAsync(["plugins", "verify", path, "--json", .. arguments]);
        Assert.Empty(error);
        return (code, JsonElement.Parse(output));
    }

    private static bool Conformant(JsonElement report) => report.GetProperty("conformant").GetBoolean();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static IEnumerable<JsonElement> Checks(JsonElement report) => report.GetProperty("checks").EnumerateArray();

    private static string? Outcome(JsonElement report, string check) => Text(Checks(report).Single(row => Text(row, "name") == check), "outcome");

    private static int CountPassed(JsonElement report) => Checks(report).Count(check => Text(check, "outcome") == "passed");
}
