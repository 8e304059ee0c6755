using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("run --help", "--parameters")]
    [InlineData("serve --help", "--insecure-listen")]
    [InlineData("plugins list --help", "--json")]
    [InlineData("plugins pin --help", "conductor plugins pin openai-compatible")]
    [InlineData("plugins verify --help", "--upstream")]
    [InlineData("plugins new --help", "conductor plugins new provider MyProvider")]
    [InlineData("plugins install --help", "--pin")]
    [InlineData("plugins remove --help", "--yes")]
    [InlineData("models list --help", "conductor models list")]
    [InlineData("models pull --help", "conductor models pull ollama/llama3.2")]
    [InlineData("config validate --help", "--json")]
    [InlineData("keys --help", "conductor keys rotate")]
    [InlineData("keys create --help", "--max-tokens")]
    [InlineData("cost estimate --help", "conductor cost estimate --model")]
    [InlineData("usage --help", "conductor usage --by tenant")]
    [InlineData("ledger reprice --help", "conductor ledger reprice --from")]
    [InlineData("prompt --help", "conductor prompt render")]
    [InlineData("prompt list --help", "conductor prompt list --json")]
    [InlineData("prompt validate --help", "--with-plugins")]
    public async Task Help_AnyVerb_UsageAndExamples(string arguments, string shows)
    {
        var (code, output, error) = await RunAsync(arguments.Split(' '));

        Assert.Equal(0, code);
        Assert.Contains(shows, output, StringComparison.Ordinal);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains("Usage:\n  conductor", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("serve --nonsense")]
    [InlineData("usage --by day")]
    [InlineData("usage --period tomorrow")]
    [InlineData("cost estimate --model m")]
    [InlineData("ledger reprice --from 2026-11-20")]
    [InlineData("run")]
    [InlineData("keys rotate x --overlap soon")]
    [InlineData("keys create x --tag blue")]
    [InlineData("config schema nonsense")]
    [InlineData("serve --listen nonsense")]
    [InlineData("serve --listen http://127.0.0.1:0/path")]
    [InlineData("config validate --config /nowhere/conductor.yaml")]
    public async Task WrongUsage_SentenceAndCode2(string arguments)
    {
        var (code, _, error) = await RunAsync(arguments.Split(' '));

        Assert.Equal(2, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Json_Parses()
    {
        var (code, output, _) = await RunAsync(["version", "--json"]);

        Assert.Equal(0, code);
        Assert.NotEmpty(JsonDocument.Parse(output).RootElement.GetProperty("version").GetString()!);
    }

    [Fact]
    public async Task RunOperation_Text_PlainLinesAndNothingElse()
    {
        var (code, output, error) = await RunAsync(["run", "sentiment_analysis", "What a wonderful, lovely day!"]);

        Assert.Equal(0, code);
        Assert.Contains("sentiment: positive", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Fact]
    public async Task RunOperation_Json_WholeResponse()
    {
        var (code, output, _) = await RunAsync(["run", "sentiment_analysis", "What a wonderful day!", "--json"]);

        Assert.Equal(0, code);
        var response = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["result", "metadata", "usage", "performance", "cost", "cost_status"], response.EnumerateObject().Select(member => member.Name));
        Assert.Equal("local", response.GetProperty("metadata").GetProperty("provider_used").GetString());
        Assert.Equal(0, response.GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task RunOperation_StandardInputAndParameters_Used()
    {
        const string Article = "The council met on Monday. It voted for the new bridge. The bridge will cost two million. Work begins in May. Nobody objected.";

        var (code, output, _) = await RunAsync(["run", "summarization", "-", "--parameters", """{"max_sentences":1}""", "--json"], Article);

        Assert.Equal(0, code);
        var summary = JsonDocument.Parse(output).RootElement.GetProperty("result").GetProperty("summary").GetString()!;
        Assert.Contains(summary, Article, StringComparison.Ordinal);
        Assert.Single(summary.Split('.', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task RunOperation_IntentsAndEmbeddings_AnsweredByTheEmbeddedProvider()
    {
        var (intentCode, intent, _) = await RunAsync(["run", "intent_detection", "Play some jazz", "--parameters", """{"possible_intents":["play_music","get_weather"]}""", "--json"]);
        var (vectorCode, vector, _) = await RunAsync(["run", "embeddings", "Play some jazz", "--json"]);

        Assert.Equal((0, 0), (intentCode, vectorCode));
        Assert.Equal("play_music", JsonDocument.Parse(intent).RootElement.GetProperty("result").GetProperty("intent").GetString());
        Assert.Equal(384, JsonDocument.Parse(vector).RootElement.GetProperty("result").GetProperty("embeddings").GetArrayLength());
    }

    [Fact]
    public async Task RunOperation_UnknownName_NearestAndCode2()
    {
        var (code, _, error) = await RunAsync(["run", "sentiment_analisys", "x"]);

        Assert.Equal(2, code);
        Assert.Contains("nearest: 'sentiment_analysis'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOperation_TextTooLong_SameErrorAsHttp()
    {
        var (code, output, error) = await RunAsync(["run", "sentiment_analysis", "-", "--json"], new string('a', 32_001));

        Assert.Equal(2, code);
        Assert.Contains("32000", error, StringComparison.Ordinal);
        Assert.Equal("text", JsonDocument.Parse(output).RootElement.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("""["What a wonderful, lovely day!", {"text": "I hate this awful thing."}]""")]
    [InlineData("\"What a wonderful, lovely day!\"\n\n{\"text\": \"I hate this awful thing.\"}\n")]
    [InlineData("\uFEFF\"What a wonderful,\u2028lovely\u2029day!\u0085\"\r\n \r\n{\"text\": \"I hate this\u0085awful\u2028thing.\"}")] // lines of JSON end with \n alone
    public async Task RunOperation_Inputs_AResultForEach(string inputs)
    {
        var (code, output, error) = await RunAsync(["run", "sentiment_analysis", "--inputs", "-", "--language", "en"], inputs);

        Assert.Equal((0, ""), (code, error));
        var lines = output.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(["[0]", "sentiment: positive", "[1]", "sentiment: negative"], lines.Where(line => line.StartsWith('[') || line.StartsWith("sentiment:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RunOperation_InputsFromAFileOneWrong_ItsErrorInItsPlaceAndCode1()
    {
        var file = _folder.Write("inputs.jsonl", "\"fine\"\n\"\"\n\"fine\"");

        var (code, output, error) = await RunAsync(["run", "sentiment_analysis", "--inputs", file, "--json"]);

        Assert.Equal(1, code);
        Assert.Contains("1 of 3 inputs failed", error, StringComparison.Ordinal);
        var response = JsonElement.Parse(output);
        Assert.Equal([200, 400, 200], response.GetProperty("results").EnumerateArray().Select(item => item.GetProperty("status").GetInt32()));
        Assert.Equal(1, response.GetProperty("metadata").GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task RunOperation_ForPeople_TablesAndShortVectors()
    {
        var (code, entities, _) = await RunAsync(["run", "entity_extraction", "Write to anna@acme.example or call 5 people."]);
        var (_, vectors, _) = await RunAsync(["run", "embeddings", "--inputs", "-"], """["one", ""]""");

        var table = entities.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal((0, "entities:"), (code, table[0]));
        Assert.Equal(table[1].IndexOf("type", StringComparison.Ordinal), table[2].IndexOf("email", StringComparison.Ordinal));
        var lines = vectors.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("[0]", lines[0]);
        Assert.EndsWith(", … (384 numbers)", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("[1] error: ", lines[^2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "1 to 256")]
    [InlineData("{oops", "Line 1")]
    [InlineData("[oops", "--inputs")]
    public async Task RunOperation_InputsWrong_Code2(string inputs, string says)
    {
        var (code, _, error) = await RunAsync(["run", "sentiment_analysis", "--inputs", "-"], inputs);

        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run sentiment_analysis x --inputs -", "exclude each other")]
    [InlineData("run sentiment_analysis --inputs /nowhere/inputs.jsonl", "cannot be read")]
    public async Task RunOperation_InputsMisused_Code2(string arguments, string says)
    {
        var (code, _, error) = await RunAsync(arguments.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOperation_Stream_TextOrALineForEachPiece()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(FakeStream.Of("Hel", "lo.")));
        var config = _folder.Write("conductor.yaml", $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        string[] arguments = ["run", "response_generation", "hi", "--model", "fake/m", "--stream", "--config", config];

        var plain = await RunAsync(arguments);
        var json = await RunAsync([.. arguments, "--json"]);

        Assert.Equal((0, "Hello.\n", ""), (plain.Code, plain.Output.ReplaceLineEndings("\n"), plain.Error));
        var lines = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal("Hello.", string.Concat(lines.SkipLast(1).Select(line => line.GetProperty("delta").GetString())));
        Assert.Equal("Hello.", lines[^1].GetProperty("result").GetProperty("text").GetString());
    }

    [Fact]
    public async Task RunOperation_StreamBreaks_LineEndsErrorAndCode1()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("Hel"))); // ends without a finish
        var config = _folder.Write("conductor.yaml", $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        string[] arguments = ["run", "response_generation", "hi", "--model", "fake/m", "--stream", "--config", config];

        var plain = await RunAsync(arguments);
        var json = await RunAsync([.. arguments, "--json"]);

        Assert.Equal((1, "Hel\n", 1), (plain.Code, plain.Output.ReplaceLineEndings("\n"), json.Code));
        Assert.StartsWith("error: ", plain.Error, StringComparison.Ordinal);
        var lines = json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(["delta", "error"], lines.Select(line => line.EnumerateObject().First().Name));
    }

    [Fact]
    public async Task RunOperation_ParametersNotJson_Code2()
    {
        var (code, _, error) = await RunAsync(["run", "sentiment_analysis", "x", "--parameters", "{oops"]);

        Assert.Equal(2, code);
        Assert.Contains("--parameters", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOperation_NoModel_Code1AndWhatToDo()
    {
        var (code, _, error) = await RunAsync(["run", "response_generation", "hello"]);

        Assert.Equal(1, code);
        Assert.Contains("OPENAI_API_KEY", error, StringComparison.Ordinal);
        Assert.Contains("conductor models pull ollama/llama3.2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PluginsList_Json_LocalIsActive()
    {
        var (code, output, _) = await RunAsync(["plugins", "list", "--json"]);

        Assert.Equal(0, code);
        Assert.Contains(
            JsonDocument.Parse(output).RootElement.GetProperty("data").EnumerateArray(),
            plugin => plugin.GetProperty("id").GetString() == "local" && plugin.GetProperty("state").GetString() == "active");
    }

    [Fact]
    public async Task PluginsPin_One_LinesThatAConfigurationTakes()
    {
        var (code, output, _) = await RunAsync(["plugins", "pin", "local"]);

        Assert.Equal(0, code);
        Assert.Matches("""^plugins:\s+allowed:\s+local: \[ "[0-9a-f]{64}" \] +# """, output);
        var file = _folder.Write("conductor.yaml", output);
        Assert.Equal(0, (await RunAsync(["config", "validate", "--config", file])).Code);
        var (_, list, _) = await RunAsync(["plugins", "list", "--json", "--config", file]);
        Assert.Contains(JsonDocument.Parse(list).RootElement.GetProperty("data").EnumerateArray(), plugin => plugin.GetProperty("id").GetString() == "local" && plugin.GetProperty("state").GetString() == "active");
    }

    [Fact]
    public async Task PluginsPin_NoSuchPlugin_SaysSo()
    {
        var (code, _, error) = await RunAsync(["plugins", "pin", "no-such-plugin"]);

        Assert.Equal(1, code);
        Assert.Contains("no plugin 'no-such-plugin'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_Pipe_TabSeparated()
    {
        var (code, output, _) = await RunAsync(["models"]);

        Assert.Equal(0, code);
        Assert.All(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal(5, line.TrimEnd('\r').Split('\t').Length));
        Assert.StartsWith("auto\t", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigValidate_Mistakes_AllAtOnceAndCode2()
    {
        var file = _folder.Write("conductor.yaml", "servr: {}\nreliability: { max_attempts: 99 }\n");

        var (code, _, error) = await RunAsync(["config", "validate", "--config", file]);

        Assert.Equal(2, code);
        Assert.Contains("servr", error, StringComparison.Ordinal);
        Assert.Contains("max_attempts", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_BadConfiguration_AllMistakesAndCode2()
    {
        var file = _folder.Write("conductor.yaml", "servr: {}\nreliability: { max_attempts: 99 }\n");

        var (code, _, error) = await RunAsync(["serve", "--config", file]);

        Assert.Equal(2, code);
        Assert.Contains("servr", error, StringComparison.Ordinal);
        Assert.Contains("max_attempts", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conductor")]
    [InlineData("models")]
    [InlineData("tenants")]
    public async Task ConfigSchema_EachFile_JsonSchema(string name)
    {
        var (code, output, _) = await RunAsync(["config", "schema", name]);

        Assert.Equal(0, code);
        Assert.Contains("$schema", JsonDocument.Parse(output).RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Serve_BeyondLoopbackWithoutKey_TokenOnTheConsoleAndInNoLog()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // stopped by a signal
        }

        var data = _folder.Combine("data");
        using var host = HostProcess.Start(["serve", "--config", _folder.Write("conductor.yaml", "{}"), "--data", data, "--listen", "http://0.0.0.0:0"]);
        await host.WaitForAddressAsync();
        var token = (await File.ReadAllTextAsync(Path.Combine(data, "bootstrap.token"))).Trim();

        host.Terminate();
        Assert.Equal(0, await host.WaitAsync());

        Assert.Contains(token, host.Error, StringComparison.Ordinal);
        Assert.Contains("conductor keys create", host.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, host.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(data, "bootstrap.token"))); // void with the process
    }

    [Fact]
    public async Task Serve_HttpsWithoutCertificate_SentenceAndCode2()
    {
        var (code, _, error) = await RunAsync(["serve", "--listen", "https://127.0.0.1:0"]);

        Assert.Equal(2, code);
        Assert.Contains("server: { tls:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_PortTaken_SentenceAndCode1()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        var (code, _, error) = await RunAsync(["serve", "--listen", $"http://127.0.0.1:{port}"]);

        Assert.Equal(1, code);
        Assert.Contains($"{port}", error, StringComparison.Ordinal);
        Assert.Contains("--listen", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_DataFolderIsAFile_SentenceAndCode1()
    {
        var file = _folder.Write("not-a-folder", "x");

        var (code, _, error) = await HostProcess.RunAsync(["serve", "--listen", "http://127.0.0.1:0", "--data", file]);

        Assert.Equal(1, code);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, string? input = null) => HostProcess.RunAsync(
        [.. arguments, .. TakesData(arguments) ? new[] { "--data", _folder.Combine("data") } : []],
        input: input,
        environment: new() { ["OPENAI_API_KEY"] = null, ["OLLAMA_HOST"] = "127.0.0.1:1", ["CONDUCTOR_API_KEYS"] = null, ["CONDUCTOR_CONFIG"] = null });

    private static bool TakesData(string[] arguments) => !arguments.Contains("--help") && arguments is not ["nonsense", ..] and not ["version", ..];
}
