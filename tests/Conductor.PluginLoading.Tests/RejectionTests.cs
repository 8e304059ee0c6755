using System.Diagnostics;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;

namespace Conductor.PluginLoading.Tests;

/// <summary>Files that cannot be plugins: each becomes a status with a sentence, and none of its code runs.</summary>
public sealed class RejectionTests : IDisposable
{
    private readonly PluginRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData("empty", "empty or not a regular file")]
    [InlineData("text", "not a .NET assembly")]
    [InlineData("zeros", "not a .NET assembly")]
    [InlineData("random", "not a .NET assembly")]
    [InlineData("elf", "not a .NET assembly")]
    public void Scan_NoAssembly_RejectedWithReason(string content, string expected)
    {
        _room.DropBytes("bad.dll", content switch
        {
            "empty" => [],
            "text" => "this is not a DLL\n"u8.ToArray(),
            "zeros" => new byte[4096],
            "random" => [.. Enumerable.Range(0, 8192).Select(i => (byte)(i * 2654435761 >> 7))],
            _ => [0x7F, (byte)'E', (byte)'L', (byte)'F', .. new byte[512]],
        });

        var reason = _room.ScanForRejection();

        Assert.Contains(expected, reason, StringComparison.Ordinal);
        Assert.Contains("'bad.dll'", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_TruncatedAtAnyLength_RejectedAndNeverThrown()
    {
        var whole = File.ReadAllBytes(Path.Combine(PluginRoom.BuildOf("Echo"), "Conductor.TestPlugins.Echo.dll"));

        for (var length = 1; length < whole.Length; length += 97)
        {
            _room.DropBytes("cut.dll", whole[..length]);

            Assert.NotEmpty(_room.ScanForRejection());
        }
    }

    [Fact]
    public void Scan_OneByteFlipped_NeverThrows()
    {
        var whole = File.ReadAllBytes(Path.Combine(PluginRoom.BuildOf("Echo"), "Conductor.TestPlugins.Echo.dll"));

        for (var at = 0; at < whole.Length; at += 13)
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] ^= 0xFF;
            _room.DropBytes("flipped.dll", flipped);

            _room.Loader.Scan();

            Assert.Single(_room.Loader.Statuses);
        }
    }

    [Fact]
    public void Scan_NativeImage_RejectedAsNative()
    {
        var image = new AssemblyWriter().Write();
        using var reader = new PEReader(new MemoryStream(image));
        var directory = reader.PEHeaders.PEHeaderStartOffset + (reader.PEHeaders.PEHeader!.Magic == PEMagic.PE32 ? 96 : 112) + (14 * 8);
        image.AsSpan(directory, 8).Clear(); // no CLI header: a native DLL
        _room.DropBytes("native.dll", image);

        Assert.Contains("native library", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_AnotherProcessor_Rejected()
    {
        var other = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Machine.Amd64 : Machine.Arm64;
        _room.DropBytes("other.dll", new AssemblyWriter { Machine = other }.Provider().Write());

        Assert.Contains("another processor", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_NoAttribute_RejectedWithWhatToDo()
    {
        File.Copy(typeof(PluginLoader).Assembly.Location, Path.Combine(_room.Plugins, "Library.dll"));

        var reason = _room.ScanForRejection();

        Assert.Contains("no plugin attribute", reason, StringComparison.Ordinal);
        Assert.Contains("folder named after the plugin", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_TwoAttributes_Rejected()
    {
        _room.DropBytes("two.dll", new AssemblyWriter().Provider("one").Operation("two").Write());

        Assert.Contains("2 plugin attributes", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_OperationAmongProviders_RejectedWithItsFolder()
    {
        _room.DropBytes("operation.dll", new AssemblyWriter().Operation().Write());

        Assert.Contains("move it to operations/", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    [InlineData(0, 9)]
    public void Scan_AnotherContract_RejectedWithBothVersions(int major, int minor)
    {
        Assert.Equal(new Version(1, 0), new Version(Plugins.ContractVersion.Current.ToString(2)));
        _room.DropBytes("contract.dll", new AssemblyWriter { ContractVersion = new(major, minor, 0, 0) }.Provider().Write());

        var reason = _room.ScanForRejection();

        Assert.Contains($"{major}.{minor}.0.0", reason, StringComparison.Ordinal);
        Assert.Contains(Plugins.ContractVersion.Current.ToString(), reason, StringComparison.Ordinal);
        Assert.Equal($"{major}.{minor}.0.0", _room.Loader.Statuses[0].ContractVersion);
    }

    [Fact]
    public void Scan_NewerSharedAssembly_RejectedByName()
    {
        var writer = new AssemblyWriter().Provider();
        writer.References.Add(("Microsoft.Extensions.AI.Abstractions", new Version(99, 1, 0, 0)));
        _room.DropBytes("newer.dll", writer.Write());

        var reason = _room.ScanForRejection();

        Assert.Contains("Microsoft.Extensions.AI.Abstractions 99.1.0.0", reason, StringComparison.Ordinal);
        Assert.Contains(typeof(Microsoft.Extensions.AI.ChatMessage).Assembly.GetName().Version!.ToString(), reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_DependencyBuiltAgainstNewerSharedAssembly_RejectedByName()
    {
        var dependency = new AssemblyWriter { Name = "Dependency" };
        dependency.References.Add(("Microsoft.Extensions.AI.Abstractions", new Version(99, 1, 0, 0)));
        _room.DropBytes("written/Dependency.dll", dependency.Write());
        var writer = new AssemblyWriter().Provider();
        writer.References.Add(("Dependency", new Version(1, 0, 0, 0)));
        _room.DropBytes("written/written.dll", writer.Write());

        var reason = _room.ScanForRejection();

        Assert.StartsWith("'Dependency.dll' was built against Microsoft.Extensions.AI.Abstractions 99.1.0.0", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_MissingDependency_RejectedByName()
    {
        var writer = new AssemblyWriter().Provider();
        writer.References.Add(("No.Such.Library", new Version(3, 1, 0, 0)));
        _room.DropBytes("lonely.dll", writer.Write());

        Assert.Contains("needs No.Such.Library 3.1.0.0", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_NewerFramework_RejectedByName()
    {
        var writer = new AssemblyWriter().Provider();
        writer.References.Add(("System.Runtime", new Version(99, 0, 0, 0)));
        _room.DropBytes("future.dll", writer.Write());

        Assert.Contains("was built for .NET 99.0", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("white space")]
    [InlineData("")]
    [InlineData("../up")]
    public void Scan_OddId_Rejected(string id)
    {
        _room.DropBytes("odd.dll", new AssemblyWriter().Provider(id).Write());

        Assert.Contains("lower case letters", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_OddNames_Rejected()
    {
        _room.DropDll("Echo", "white space");
        _room.DropDll("Echo", new string('x', 200));

        var scan = _room.Loader.Scan();

        Assert.Empty(scan.New);
        Assert.All(_room.Loader.Statuses, status => Assert.Contains("rename it", status.Reason, StringComparison.Ordinal));
        Assert.Equal(2, _room.Loader.Statuses.Count);
    }

    [Fact]
    public void Scan_SameIdTwice_SecondRejectedNamingTheFirst()
    {
        _room.DropDll("Echo", "a");
        _room.DropDll("Echo", "b");

        var scan = _room.Loader.Scan();

        Assert.Equal("a.dll", Assert.Single(scan.New).File);
        var rejected = Assert.Single(_room.Loader.Statuses, status => status.State == PluginState.Rejected);
        Assert.Equal("'b.dll' has the id 'test-echo' of 'a.dll'; remove one of them.", rejected.Reason);
    }

    [Fact]
    public void Scan_FirstOfTwoRemoved_SecondIsTaken()
    {
        var first = _room.DropDll("Echo", "a");
        _room.DropDll("Echo", "b");
        _room.Loader.Scan();
        File.Delete(first);

        var scan = _room.Loader.Scan();

        Assert.Equal("b.dll", Assert.Single(scan.New).File);
        Assert.Single(_room.Loader.Statuses);
    }

    [Fact]
    public void Scan_FolderWithoutPlugin_RejectedWithTheNameItShouldHave()
    {
        _room.DropBytes("my-plugin/other.dll", [1]);

        Assert.Contains("'my-plugin.dll'", _room.ScanForRejection(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scan_WhatIsNoPlugin_IsNotListed()
    {
        _room.DropBytes("README.md", [1]);
        _room.DropBytes(".hidden.dll", [1]);
        _room.DropBytes("leftover/obj/project.assets.json", [1]);
        Directory.CreateDirectory(Path.Combine(_room.Plugins, "empty"));

        _room.Loader.Scan();

        Assert.Empty(_room.Loader.Statuses);
    }

    [SkippableFact]
    public async Task Scan_NamedPipe_RejectedWithoutOpeningIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "no named pipes in folders");
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(_room.Plugins, "pipe.dll")]))
        {
            await mkfifo.WaitForExitAsync();
        }

        var reason = await Task.Run(_room.ScanForRejection).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains("not a regular file", reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Scan_NamedPipeAmongAPluginsFiles_IsNotOpened()
    {
        Skip.If(OperatingSystem.IsWindows(), "no named pipes in folders");
        var folder = Path.GetDirectoryName(_room.DropFolder("Echo"))!;
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(folder, "pipe")]))
        {
            await mkfifo.WaitForExitAsync();
        }

        var plugin = await Task.Run(_room.LoadOnly).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(plugin.IsAlive);
    }

    [SkippableFact]
    public void Scan_SymbolicLinks_LoopsRejectedAndOthersFollowed()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a privilege there");
        File.CreateSymbolicLink(Path.Combine(_room.Plugins, "loop-a.dll"), Path.Combine(_room.Plugins, "loop-b.dll"));
        File.CreateSymbolicLink(Path.Combine(_room.Plugins, "loop-b.dll"), Path.Combine(_room.Plugins, "loop-a.dll"));
        File.CreateSymbolicLink(Path.Combine(_room.Plugins, "nowhere"), Path.Combine(_room.Plugins, "gone"));
        File.CreateSymbolicLink(Path.Combine(_room.Plugins, "echo.dll"), Path.Combine(PluginRoom.BuildOf("Echo"), "Conductor.TestPlugins.Echo.dll"));

        var scan = _room.Loader.Scan();

        Assert.Equal("echo.dll", Assert.Single(scan.New).File);
        var rejected = _room.Loader.Statuses.Where(status => status.State == PluginState.Rejected).ToList();
        Assert.Equal(["loop-a.dll", "loop-b.dll", "nowhere"], rejected.Select(status => status.File));
        Assert.All(rejected, status => Assert.Contains("leads nowhere", status.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Scan_NamesThatDifferInCase_AreNoError()
    {
        var folder = Path.GetDirectoryName(_room.DropFolder("LibraryOne"))!;
        File.WriteAllBytes(Path.Combine(folder, "conductor.testplugins.LIBRARY.dll"), [1]);

        _room.Loader.Scan();

        Assert.Single(_room.Loader.Statuses);
    }

    [SkippableFact]
    public void Scan_FolderLinkedIntoItself_IsNotFollowed()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a privilege there");
        var folder = Path.GetDirectoryName(_room.DropFolder("Echo"))!;
        Directory.CreateSymbolicLink(Path.Combine(folder, "again"), folder);

        Assert.Single(_room.Loader.Scan().New);
    }

    [Fact]
    public void Load_EntryPointIsMissing_RejectedAndNotOfferedAgain()
    {
        _room.DropBytes("written.dll", new AssemblyWriter().Provider(type: "Written.Absent").Write());
        var candidate = Assert.Single(_room.Loader.Scan().New);

        var rejection = Assert.Throws<PluginRejectedException>(() => _room.Loader.Load(candidate));

        Assert.Contains("Written.Absent", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(rejection.Message, _room.ScanForRejection());
    }
}
