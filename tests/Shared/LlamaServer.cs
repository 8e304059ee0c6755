using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Conductor.Tests.Shared;

/// <summary>
/// A real llama.cpp server on a free loopback port, shared by the tests of one class; absent where the environment names none:
/// `CONDUCTOR_LLAMA_SERVER` is the path of `llama-server` (`.ci/fetch-llama FOLDER` prints one), `CONDUCTOR_LLAMA_MODEL` that of a `.gguf` file.
/// </summary>
public class LlamaServer : IAsyncLifetime
{
    public const string Model = "real";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private Process? _process;
    private string? _template;

    /// <summary>Why there is none; null where it runs.</summary>
    public string? WhyNot { get; private set; }

    public string BaseUrl { get; private set; } = "";

    /// <summary>The model file; null where there is none.</summary>
    protected virtual string? ModelFile => Environment.GetEnvironmentVariable("CONDUCTOR_LLAMA_MODEL");

    /// <summary>What a subclass starts the server with besides.</summary>
    protected virtual IReadOnlyList<string> MoreArguments => ["--context-shift"];

    public async Task InitializeAsync()
    {
        var server = Environment.GetEnvironmentVariable("CONDUCTOR_LLAMA_SERVER");
        var model = ModelFile;
        if (string.IsNullOrEmpty(server) || string.IsNullOrEmpty(model))
        {
            WhyNot = "No real model server: set CONDUCTOR_LLAMA_SERVER (see .ci/fetch-llama) and CONDUCTOR_LLAMA_MODEL (a .gguf file).";
            return;
        }

        var port = FreePort();
        BaseUrl = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/v1");

        // A story model has no template of its own, and grammars fail with those that end in a special token.
        _template = Path.GetTempFileName();
        await File.WriteAllTextAsync(_template, "{% for message in messages %}{{ message['content'] }}\n{% endfor %}");
        var start = new ProcessStartInfo(server)
        {
            ArgumentList =
            {
                "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "-m", model, "-t", "1", "-np", "1", "--alias", Model,
                "--jinja", "--chat-template-file", _template,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in MoreArguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(Path.GetFullPath(server));
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilAsync(IsHealthyAsync, TimeSpan.FromSeconds(60), "llama-server did not become healthy");
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        if (_template is not null)
        {
            File.Delete(_template);
        }
    }

    /// <summary>Whether the server is generating now, by its own account.</summary>
    public async Task<bool> IsGeneratingAsync()
    {
        var slots = await Http.GetFromJsonAsync<JsonElement>(new Uri(new Uri(BaseUrl), "/slots"));
        return slots.EnumerateArray().Any(slot => slot.GetProperty("is_processing").GetBoolean());
    }

    /// <summary>Asks until the answer is yes; fails after <paramref name="limit"/>.</summary>
    public static async Task UntilAsync(Func<Task<bool>> question, TimeSpan limit, string failure)
    {
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await question())
        {
            Assert.True(clock.Elapsed < limit, failure);
            await tick.WaitForNextTickAsync();
        }
    }

    private async Task<bool> IsHealthyAsync()
    {
        Assert.False(_process!.HasExited, "llama-server ended at its start");
        try
        {
            using var reply = await Http.GetAsync(new Uri(new Uri(BaseUrl), "/health"));
            return reply.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
