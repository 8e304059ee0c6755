using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Conductor.Host.Tests.Support;

/// <summary>The built executable as a process of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private HostProcess(Process process) => _process = process;

    /// <summary>The executable of the build that these tests belong to.</summary>
    public static string Executable { get; } = Find();

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string Error
    {
        get
        {
            lock (_error)
            {
                return _error.ToString();
            }
        }
    }

    public static HostProcess Start(IEnumerable<string> arguments, string? executable = null, string? workingDirectory = null, string? input = null, Dictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(executable ?? Executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var host = new HostProcess(new Process { StartInfo = start });
        host._process.OutputDataReceived += (_, line) => Append(host._output, line.Data);
        host._process.ErrorDataReceived += (_, line) => Append(host._error, line.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        if (input is not null)
        {
            host._process.StandardInput.Write(input);
        }

        host._process.StandardInput.Close();
        return host;
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(
        IEnumerable<string> arguments, string? executable = null, string? workingDirectory = null, string? input = null, Dictionary<string, string?>? environment = null)
    {
        using var host = Start(arguments, executable, workingDirectory, input, environment);
        var code = await host.WaitAsync();
        return (code, host.Output, host.Error);
    }

    /// <summary>Waits for the line that names the address.</summary>
    public async Task<Uri> WaitForAddressAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var at = Output.IndexOf("Listening on http://", StringComparison.Ordinal);
            if (at >= 0)
            {
                var rest = Output[(at + "Listening on ".Length)..];
                return new Uri(rest[..rest.IndexOf('"', StringComparison.Ordinal)]);
            }

            Assert.False(_process.HasExited, $"ended with {(_process.HasExited ? _process.ExitCode : 0)}: {Output}{Error}");
            await Task.Delay(20, limit.Token); // another process: its output is all there is to wait for
        }
    }

    /// <summary>SIGTERM; not on Windows, which has none.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_process.Id, 15));

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is not null)
        {
            lock (to)
            {
                to.AppendLine(line);
            }
        }
    }

    private static string Find()
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)); // …/bin/Release/net10.0
        var root = tests;
        while (!File.Exists(Path.Combine(root.FullName, "Conductor.Plugins.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("The tests do not run inside the source tree.");
        }

        var name = OperatingSystem.IsWindows() ? "Conductor.Host.exe" : "Conductor.Host";
        return Path.Combine(root.FullName, "src", "Conductor.Host", "bin", tests.Parent!.Name, tests.Name, name);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
