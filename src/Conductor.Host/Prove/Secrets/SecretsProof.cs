using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Host.Lab;

namespace Conductor.Host.Prove.Secrets;

/// <summary>
/// A gateway of its own with secrets that exist to be looked for, in front of an upstream that says them back wherever it can. It is driven every way, right and wrong, and all that it lets out is searched.
/// </summary>
internal sealed class SecretsProof
{
    private const string Log = "log lines, at trace";
    private const string Data = "ledger and data files";

    private static readonly string[] Modes = ["ok", "inside", "broken", "hang", "reset", "400", "401", "403", "404", "429", "500", "503", "301", "stream-ok", "stream-error", "stream-first", "stream-broken"];
    private static readonly string[] Providers = ["written", "variable", "reference", "filed", "given"];

    private readonly SecretSearch _search;
    private readonly List<string> _gaps = [];
    private readonly Canary _written = Canary.New("provider's key in the file");
    private readonly Canary _variable = Canary.New("provider's key by ${NAME}");
    private readonly Canary _reference = Canary.New("provider's key by env:");
    private readonly Canary _filed = Canary.New("provider's key by file:");
    private readonly Canary _given = Canary.New("provider's key given over the API");
    private readonly Canary _extra = Canary.New("extra header");
    private readonly Canary _password = Canary.New("password in an address");
    private readonly Canary _caller = Canary.New("caller's key of the environment");
    private readonly Canary _tenants = Canary.New("caller's key of tenants.yaml");
    private readonly Canary _pepper = Canary.New("pepper");
    private readonly Canary _other = Canary.New("secret of somebody else in the environment");
    private int _asked;

    public SecretsProof()
    {
        Canaries = [_written, _variable, _reference, _filed, _given, _extra, _password, _caller, _tenants, _pepper, _other];
        _search = new SecretSearch(Canaries);
    }

    /// <summary>What is looked for.</summary>
    public IReadOnlyList<Canary> Canaries { get; }

    /// <summary>How many requests were made.</summary>
    public int Asked => _asked;

    /// <summary>What was not tried, so that nothing is proved of it.</summary>
    public IReadOnlyList<string> Gaps => _gaps;

    /// <summary>Puts something in that the gateway did not say: for who wants to see that it is found.</summary>
    public void Plant(string way, byte[] bytes) => _search.Add(way, "planted", bytes);

    /// <summary>What was found.</summary>
    public (IReadOnlyList<(string Way, long Bytes, int[] Hits)> Rows, IReadOnlyList<string> Hits) Look() => _search.Look();

    /// <summary>Drives the gateway. It ends what it starts, and deletes what it writes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("conductor-prove-").FullName;
        try
        {
            await using var upstream = await EchoUpstream.StartAsync(_search, cancellationToken);
            var arguments = Configure(folder, upstream);
            using (var log = new GatewayLog(Path.Combine(folder, "gateway.log")))
            {
                await using var host = await LabHost.StartAsync(arguments, log, cancellationToken, Environment(upstream));
                await DriveAsync(host, folder, upstream, cancellationToken);
            }

            _search.Add(Log, "gateway.log", await File.ReadAllBytesAsync(Path.Combine(folder, "gateway.log"), cancellationToken));
            await CommandsAsync(folder, upstream, cancellationToken);
            Require(Shown(upstream), "the upstream was not shown every key");
            Require(upstream.Exported > 0, "nothing was exported");
            foreach (var way in new[] { Log, Data, "answers", "command line" })
            {
                Require(Look().Rows.Any(row => row.Way == way && row.Bytes > 0), $"nothing came by way of: {way}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            _gaps.Add(otherwise);
        }
    }

    private bool Shown(EchoUpstream upstream) =>
        new[] { _written, _variable, _reference, _filed, _given }.All(key => upstream.Shown.ContainsKey("Bearer " + key.Value)) && upstream.Shown.ContainsKey(_extra.Value);

    private async Task DriveAsync(LabHost host, string folder, EchoUpstream upstream, CancellationToken cancellationToken)
    {
        var given = await AskAsync(host, "answers", HttpMethod.Put, "/admin/v1/providers/given/keys", JsonSerializer.Serialize(new { keys = new[] { new { value = _given.Value } } }), cancellationToken); // first, so as the admin
        Require(given.Contains("\"encrypted\":true", StringComparison.Ordinal), "no provider's key was given over the API");
        await AskAsync(host, "answers", HttpMethod.Get, "/admin/v1/providers/given/keys", null, cancellationToken);
        foreach (var provider in Providers)
        {
            foreach (var mode in Modes)
            {
                await ChatAsync(host, provider, mode, cancellationToken);
            }
        }

        await WrongAsync(host, cancellationToken);
        foreach (var path in new[] { "/v1/models", "/v1/status", "/v1/plugins", "/v1/usage", "/metrics", "/openapi.json", "/readyz", "/health", "/v1/operations", "/v1/generations/none", "/admin/v1/audit", "/admin/v1/config" })
        {
            await AskAsync(host, "status, metrics, lists", HttpMethod.Get, path, null, cancellationToken);
        }

        await AskAsync(host, "status, metrics, lists", HttpMethod.Post, "/admin/v1/plugins/rescan", "{}", cancellationToken);
        await MistakesAsync(host, folder, upstream, cancellationToken);
        _search.Add("command line", $"/proc/{host.ProcessId}", OperatingSystem.IsLinux() ? await File.ReadAllBytesAsync($"/proc/{host.ProcessId}/cmdline", cancellationToken) : Encoding.UTF8.GetBytes(Process.GetProcessById(host.ProcessId).ProcessName));
        await ExportedAsync(upstream, cancellationToken);
        await FilesAsync(folder, "while it runs", isRunning: true, cancellationToken);
        await host.KillAsync(); // nothing is mended or closed
        await FilesAsync(folder, "after it was killed", isRunning: false, cancellationToken);
    }

    private async Task ChatAsync(LabHost host, string provider, string mode, CancellationToken cancellationToken)
    {
        var stream = mode.StartsWith("stream", StringComparison.Ordinal) ? "true" : "false";
        var model = $"{provider}/{mode}";
        await AskAsync(host, "answers", HttpMethod.Post, "/v1/chat/completions", $$"""{"model":"{{model}}","stream":{{stream}},"messages":[{"role":"user","content":"hi"}]}""", cancellationToken);
        await AskAsync(host, "answers", HttpMethod.Post, "/v1/messages", $$"""{"model":"{{model}}","stream":{{stream}},"max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""", cancellationToken);
        if (mode is not "hang")
        {
            await AskAsync(host, "answers", HttpMethod.Post, "/v1/responses", $$"""{"model":"{{model}}","stream":{{stream}},"input":"hi"}""", cancellationToken);
            await AskAsync(host, "answers", HttpMethod.Post, "/v1/embeddings", $$"""{"model":"{{model}}","input":"hi"}""", cancellationToken);
            await AskAsync(host, "answers", HttpMethod.Post, "/api/chat", $$"""{"model":"{{model}}","stream":{{stream}},"messages":[{"role":"user","content":"hi"}]}""", cancellationToken);
            await AskAsync(host, "answers", HttpMethod.Post, $"/v1beta/models/{model}:generateContent", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""", cancellationToken);
            await AskAsync(host, "answers", HttpMethod.Post, "/v1/operations/response_generation", $$"""{"text":"hi","model":"{{model}}"}""", cancellationToken);
        }
    }

    // A caller who puts a key where it does not belong, bad keys, bad bodies, bad addresses.
    private async Task WrongAsync(LabHost host, CancellationToken cancellationToken)
    {
        const string Way = "errors";
        var key = Uri.EscapeDataString(_caller.Value);
        await AskAsync(host, Way, HttpMethod.Get, $"/v1/models?key={key}", null, cancellationToken, withKey: false);
        await AskAsync(host, Way, HttpMethod.Get, $"/v1/models?api_key={key}", null, cancellationToken);
        await AskAsync(host, Way, HttpMethod.Get, "/v1/models", null, cancellationToken, withKey: false);
        await AskAsync(host, Way, HttpMethod.Post, "/v1/chat/completions", "{\"model\":", cancellationToken);
        await AskAsync(host, Way, HttpMethod.Post, "/v1/chat/completions", JsonSerializer.Serialize(new { model = _caller.Value, messages = new[] { new { role = "user", content = "x" } } }), cancellationToken);
        await AskAsync(host, Way, HttpMethod.Post, "/v1/operations/nothing", "{}", cancellationToken);
        await AskAsync(host, Way, HttpMethod.Post, "/v1/operations/sentiment_analysis", """{"text":5}""", cancellationToken);
        await AskAsync(host, Way, HttpMethod.Get, "/nowhere", null, cancellationToken);
        await AskAsync(host, Way, HttpMethod.Post, "/v1/chat/completions", """{"model":"broken/x","messages":[{"role":"user","content":"x"}]}""", cancellationToken);
    }

    private async Task MistakesAsync(LabHost host, string folder, EchoUpstream upstream, CancellationToken cancellationToken)
    {
        var config = Path.Combine(folder, "config", "conductor.yaml");
        var right = await File.ReadAllTextAsync(config, cancellationToken);
        var mistakes = new[]
        {
            $"{right}\nodd: \"{_written.Value}\"\n",
            right.Replace("keys: [", "api_key: [", StringComparison.Ordinal),
            right.Replace("]", "", StringComparison.Ordinal),
            right.Replace("price: free", $"price: \"{_written.Value}\"", StringComparison.Ordinal),
            right.Replace("plugin: openai-compatible", $"plugin: \"{_written.Value}\"", StringComparison.Ordinal),
        };
        for (var i = 0; i < mistakes.Length; i++)
        {
            await File.WriteAllTextAsync(config, mistakes[i], cancellationToken);
            for (var wait = 0; wait < 80; wait++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
                if (!(await AskAsync(host, "answers while the configuration is wrong", HttpMethod.Get, "/readyz", null, cancellationToken)).Contains("\"ready\"", StringComparison.Ordinal))
                {
                    break;
                }
            }

            await AskAsync(host, "answers while the configuration is wrong", HttpMethod.Get, "/v1/status", null, cancellationToken);
            await RunAsync(folder, upstream, ["config", "validate", "--config", config], cancellationToken);
        }

        await File.WriteAllTextAsync(config, right, cancellationToken);
    }

    private static async Task ExportedAsync(EchoUpstream upstream, CancellationToken cancellationToken)
    {
        // Spans go out every five seconds.
        for (var i = 0; i < 150 && upstream.Exported == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    private async Task FilesAsync(string folder, string when, bool isRunning, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "data"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".dll", StringComparison.Ordinal)))
        {
            try
            {
                await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                await open.CopyToAsync(bytes, cancellationToken);
                _search.Add(Data, $"{Path.GetFileName(file)} {when}", bytes.ToArray());
            }
            catch (IOException) when (isRunning)
            {
                // The server's alone while it runs; it is read afterwards.
            }
        }
    }

    private async Task CommandsAsync(string folder, EchoUpstream upstream, CancellationToken cancellationToken)
    {
        var config = Path.Combine(folder, "config", "conductor.yaml");
        string[] common = ["--config", config, "--data", Path.Combine(folder, "data")];
        foreach (var verb in (string[][])[["plugins", "list", "--json"], ["models", "list"], ["config", "validate", "--json"], ["keys", "list"], ["usage"], ["run", "response_generation", "--text", "hi", "--model", "written/401"]])
        {
            await RunAsync(folder, upstream, [.. verb, .. common], cancellationToken);
        }
    }

    private async Task RunAsync(string folder, EchoUpstream upstream, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = LabHost.Describe(arguments, Environment(upstream));
        start.WorkingDirectory = folder;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        _search.Add("what commands print", string.Join(' ', arguments.Take(2)), await output + await error);
    }

    private async Task<string> AskAsync(LabHost host, string way, HttpMethod method, string path, string? body, CancellationToken cancellationToken, bool withKey = true)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        if (withKey)
        {
            request.Headers.TryAddWithoutValidation("authorization", "Bearer " + (_asked % 2 == 0 ? _caller : _tenants).Value);
        }

        _asked++;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(path == "/v1/messages" && body?.Contains("hang", StringComparison.Ordinal) == true ? 0.3 : 20)); // one caller leaves, the other waits
        try
        {
            using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            _search.Add(way, $"{method} {path}", $"{(int)response.StatusCode}\n{response.Headers}{response.Content.Headers}\n{text}");
            return text;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _search.Add(way, $"{method} {path}", failure.Message);
            return "";
        }
    }

    private Dictionary<string, string> Environment(EchoUpstream upstream) => new(StringComparer.Ordinal)
    {
        ["CONDUCTOR_API_KEYS"] = _caller.Value,
        ["CONDUCTOR_LOG_LEVEL"] = "Trace",
        ["LAB_VARIABLE"] = _variable.Value,
        ["LAB_REFERENCE"] = _reference.Value,
        ["LAB_PEPPER"] = _pepper.Value,
        ["LAB_SOMEBODY_ELSES"] = _other.Value,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=" + Uri.EscapeDataString(_other.Value),
    };

    private List<string> Configure(string folder, EchoUpstream upstream)
    {
        var (config, secret) = (Directory.CreateDirectory(Path.Combine(folder, "config")).FullName, Path.Combine(folder, "a-key"));
        File.WriteAllText(secret, _filed.Value + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var address = upstream.Address.AbsoluteUri;
        File.WriteAllText(Path.Combine(config, "conductor.yaml"),
            $$"""
            server: { key_pepper: "env:LAB_PEPPER" }
            telemetry: { otlp: "{{address}}" }
            reliability: { deadline: 2s, first_content: 1s, max_attempts: 1 }
            providers:
              written: { plugin: openai-compatible, base_url: "{{address}}v1", keys: [ "{{_written.Value}}" ], price: free, models: [ "*" ], extra_headers: { x-lab-extra: "{{_extra.Value}}" } }
              variable: { plugin: openai-compatible, base_url: "{{address}}v1", keys: [ "${LAB_VARIABLE}" ], price: free, models: [ "*" ] }
              reference: { plugin: openai-compatible, base_url: "{{address}}v1", keys: [ "env:LAB_REFERENCE" ], price: free, models: [ "*" ] }
              filed: { plugin: openai-compatible, base_url: "{{address}}v1", keys: [ "file:{{secret}}" ], price: free, models: [ "*" ] }
              given: { plugin: openai-compatible, base_url: "{{address}}v1", price: free, models: [ "*" ] }
              broken: { plugin: openai-compatible, base_url: "http://user:{{Uri.EscapeDataString(_password.Value)}}@127.0.0.1:9/v1", price: free, models: [ "*" ] }
              mistaken: { plugin: openai-compatible, base_url: "{{address}}v1", price: free, extra_headers: { "x:y": "{{_extra.Value}}" }, proxy: "nothing://user:{{_password.Value}}@x" }

            """.Replace("\"x:y\"", "\"x y\"", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(config, "tenants.yaml"), $"tenants: {{ acme: }}\nkeys: [ {{ tenant: acme, name: web, key: \"{_tenants.Value}\" }} ]\n");
        return ["serve", "--config", Path.Combine(config, "conductor.yaml"), "--data", Path.Combine(folder, "data"), "--listen", "http://127.0.0.1:0"];
    }
}
