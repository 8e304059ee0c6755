using System.Diagnostics;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Conductor.PluginLoading;
using Conductor.PluginLoading.Tests;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

/// <summary>Every kind of file that is no plugin, or a bad one, dropped into a host that is at work: each becomes a sentence, and no call notices.</summary>
[Collection("load contexts")]
public sealed class RefusedFilesTests
{
    private const string Plugins = "tests/TestPlugins/Conductor.TestPlugins.";

    [Fact]
    public async Task Files_OfEveryBadKind_DroppedUnderLoad_AreSentencesAndNoCallFails()
    {
        await using var test = new TestConductor(
            ("plugins:allowed:pinned:0", new string('a', 64)), ("providers:demanding:plugin", "demanding"), ("providers:demanding:region", "moon")).WithPlugin(Plugins + "Echo");
        await test.StartServicesAsync();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(caller => CallAsync(test.Conductor, caller % 2 == 0, stop.Token)).ToArray();

        var expected = await DropAsync(test.PluginFolder);
        await test.UntilAsync(() => expected.All(pair => test.Conductor.Plugins.Any(plugin => plugin.File == pair.Key && plugin.Reason is not null)));
        await stop.CancelAsync();
        var calls = await Task.WhenAll(callers);

        Assert.All(calls, count => Assert.True(count > 0));
        Assert.Single(test.Conductor.Plugins, plugin => plugin is { Id: "test-echo", State: PluginState.Active });
        foreach (var (file, words) in expected)
        {
            var status = test.Conductor.Plugins.Single(plugin => plugin.File == file);
            Assert.Contains(words, status.Reason, StringComparison.Ordinal);
            Assert.EndsWith(".", status.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(status.State, new[] { PluginState.Active, PluginState.Found });
        }
    }

    /// <summary>Calls until it is stopped; a call that fails ends the test.</summary>
    private static async Task<int> CallAsync(IConductor conductor, bool isStreaming, CancellationToken stop)
    {
        var client = conductor.AsChatClient("test-echo/echo");
        var calls = 0;
        for (; !stop.IsCancellationRequested; calls++)
        {
            var text = $"call number {calls}";
            var answer = isStreaming ? string.Concat(await client.GetStreamingResponseAsync(text, cancellationToken: CancellationToken.None).Select(update => update.Text).ToListAsync(CancellationToken.None)).TrimEnd() : (await client.GetResponseAsync(text, cancellationToken: CancellationToken.None)).Text;
            Assert.Equal(text, answer);
            await Task.Delay(5, CancellationToken.None);
        }

        return calls;
    }

    /// <summary>Drops the files; gives what each one's reason has to say.</summary>
    private static async Task<Dictionary<string, string>> DropAsync(string folder)
    {
        var echo = await File.ReadAllBytesAsync(Dll("Echo"));
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        async Task Drop(string file, string words, byte[] content)
        {
            expected[file] = words;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            await File.WriteAllBytesAsync(Path.Combine(folder, file), content);
        }

        var random = new byte[8192];
        new Random(5).NextBytes(random);
        await Drop("empty.dll", "empty or not a regular file", []);
        await Drop("text.dll", "not a .NET assembly", "no program"u8.ToArray());
        await Drop("zeros.dll", "not a .NET assembly", new byte[4096]);
        await Drop("random.dll", "not a .NET assembly", random);
        await Drop("elf.dll", "not a .NET assembly", [0x7F, (byte)'E', (byte)'L', (byte)'F', .. new byte[512]]);
        await Drop("truncated.dll", "copy", echo[..(echo.Length / 2)]);
        await Drop("one-byte-short.dll", "cut short", echo[..^1]);
        await Drop("native.dll", "native library", Native());
        var other = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Machine.Amd64 : Machine.Arm64;
        await Drop("processor.dll", "another processor", new AssemblyWriter { Machine = other }.Provider().Write());
        await Drop("dependency.dll", "No.Such.Library", With("No.Such.Library", 1));
        await Drop("none.dll", "no plugin attribute", new AssemblyWriter().Write());
        await Drop("two.dll", "2 plugin attributes", new AssemblyWriter().Provider("one").Provider("two").Write());
        await Drop("operation.dll", "move it to operations/", new AssemblyWriter().Operation().Write());
        await Drop("contract.dll", "plugin contract", new AssemblyWriter { ContractVersion = new(99, 0, 0, 0) }.Provider().Write());
        await Drop("newer.dll", "Microsoft.Extensions.AI.Abstractions 99", With("Microsoft.Extensions.AI.Abstractions", 99));
        await Drop("framework.dll", ".NET 99", With("System.Runtime", 99));
        await Drop("absent.dll", "which it does not have", new AssemblyWriter().Provider("absent").Write());
        await Drop("id.dll", "lower case letters", new AssemblyWriter().Provider("Odd Id").Write());
        await Drop("zz-double.dll", "remove one of them", echo);
        await Drop("odd name.dll", "rename it", echo);
        await Drop(new string('x', 200) + ".dll", "rename it", echo);
        await Drop("throwing.dll", "no licence file", await File.ReadAllBytesAsync(Dll("Throwing")));
        await Drop("static-throwing.dll", "no licence server", await File.ReadAllBytesAsync(Dll("StaticThrowing")));
        await Drop("pinned.dll", "is not what plugins.allowed allows", await File.ReadAllBytesAsync(Dll("Pinned")));
        await Drop("demanding.dll", "it must be 'eu' or 'us'", await File.ReadAllBytesAsync(Dll("Demanding")));
        if (!OperatingSystem.IsWindows())
        {
            using (var mkfifo = Process.Start("mkfifo", [Path.Combine(folder, "pipe.dll")]))
            {
                await mkfifo.WaitForExitAsync();
            }

            expected["pipe.dll"] = "not a regular file";
            File.CreateSymbolicLink(Path.Combine(folder, "loop-a.dll"), Path.Combine(folder, "loop-b.dll"));
            File.CreateSymbolicLink(Path.Combine(folder, "loop-b.dll"), Path.Combine(folder, "loop-a.dll"));
            expected["loop-a.dll"] = expected["loop-b.dll"] = "leads nowhere";
        }

        return expected;
    }

    private static string Dll(string plugin) => Path.Combine(Repository.Built(Plugins + plugin), $"Conductor.TestPlugins.{plugin}.dll");

    private static byte[] With(string reference, int version)
    {
        var writer = new AssemblyWriter().Provider();
        writer.References.Add((reference, new Version(version, 0, 0, 0)));
        return writer.Write();
    }

    private static byte[] Native()
    {
        var image = new AssemblyWriter().Write();
        using var reader = new PEReader(new MemoryStream(image));
        var directory = reader.PEHeaders.PEHeaderStartOffset + (reader.PEHeaders.PEHeader!.Magic == PEMagic.PE32 ? 96 : 112) + (14 * 8);
        image.AsSpan(directory, 8).Clear(); // no CLI header
        return image;
    }
}
