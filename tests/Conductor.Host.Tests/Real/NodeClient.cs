using System.Diagnostics;
using System.Text.Json;

namespace Conductor.Host.Tests.Real;

/// <summary>A script in `clients/`, run by Node with the packages of `CONDUCTOR_NODE_CLIENTS` (`.ci/fetch-clients FOLDER` fetches them). It stays alive until disposed.</summary>
internal sealed class NodeClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private NodeClient(Process process) => _process = process;

    /// <summary>Why there is no official OpenAI client; null where there is.</summary>
    public static string? WhyNot => WhyNoPackage("openai");

    /// <summary>Why a package is not there; null where it is.</summary>
    public static string? WhyNoPackage(string name) => Directory.Exists(Path.Combine(Packages ?? "", "node_modules", name))
        ? null
        : $"No npm package '{name}': set CONDUCTOR_NODE_CLIENTS to a folder with node_modules/{name} (see .ci/fetch-clients), and have node on the PATH.";

    private static string? Packages => Environment.GetEnvironmentVariable("CONDUCTOR_NODE_CLIENTS") is { Length: > 0 } folder ? folder : null;

    public static NodeClient Start(string script, params string[] arguments) => Start(script, [], arguments);

    public static NodeClient Start(string script, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "clients", script), .. arguments])
        {
            WorkingDirectory = Packages,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new NodeClient(Process.Start(start)!);
    }

    /// <summary>The one line of JSON that a script prints when it is through.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        return line is null ? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(limit.Token)) : JsonElement.Parse(line);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
