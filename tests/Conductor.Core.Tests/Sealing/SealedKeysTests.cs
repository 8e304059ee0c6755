using Conductor.Configuration.Editing;
using Conductor.Core.Tests.Configuration;
using Conductor.Sealing;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Sealing;

/// <summary>Encrypted keys in `conductor.yaml`: opened by the loader, and sealed anew by a rotation that may end anywhere.</summary>
public sealed class SealedKeysTests : IDisposable
{
    private const string First = "sk-the-first-key-of-vllm-0123456789";
    private const string Second = "sk-the-second-key-of-vllm-0123456789";

    private readonly ConfigFolder _folder = new();

    private string KeyFile => Path.Combine(_folder.Root, "data", MasterKey.FileName);

    private string Yaml => File.ReadAllText(_folder.File("conductor.yaml"));

    private MasterKeyRotation Rotation => new(_folder.Source(), new ManualTimeProvider());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_EncryptedKeys_AreOpenedAsTextAndAsObject()
    {
        Write();

        var load = _folder.Load();

        Assert.Empty(load.Problems);
        Assert.Equal([First, Second, "sk-in-plain-0123456789"], load.Required.Providers["vllm"].Keys.Select(key => key.Reveal()));
        Assert.Equal(3, load.Required.Providers["vllm"].KeySettings[1].Weight);
        Assert.Equal(File.ReadAllText(KeyFile).Trim(), load.Required.SecretKey!.Reveal());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        }
    }

    [Fact]
    public void Load_KeyMovedToAnotherProvider_IsAMistakeAtItsPlace()
    {
        Write();
        _folder.Write("conductor.yaml", Yaml.Replace("  vllm:", "  other:", StringComparison.Ordinal));

        var problems = _folder.Load().Problems;

        Assert.Equal(["providers.other.keys[0]", "providers.other.keys[1].value"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.Contains("does not open", problem.Message, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.Contains("server.secret_key", problem.Message, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotContain("enc:v1:", problem.ToString(), StringComparison.Ordinal));
        Assert.Equal([6, 7], problems.Select(problem => problem.Line!.Value));
    }

    [Fact]
    public void Load_OtherKeyOrNone_IsAMistakeThatSaysWhatToDo()
    {
        Write();
        File.WriteAllText(KeyFile, MasterKey.New());
        Assert.All(_folder.Load().Problems, problem => Assert.Contains("another key", problem.Message, StringComparison.Ordinal));
        File.Delete(KeyFile);
        Assert.All(_folder.Load().Problems, problem => Assert.Contains("does not exist; bring the key back", problem.Message, StringComparison.Ordinal));
        Assert.Equal(2, _folder.Load().Problems.Count);
        Assert.False(File.Exists(KeyFile)); // never made by reading
        _folder.Write("conductor.yaml", "providers: { vllm: { plugin: openai-compatible, keys: [ \"enc:v9:AAAA\" ] } }");
        Assert.Contains("this version does not know", Assert.Single(_folder.Load().Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env:MASTER", "hex", null)]
    [InlineData("env:MASTER", "base64", null)]
    [InlineData("env:MASTER", "0123456789abcdef", "is no key: 32 random bytes")]
    [InlineData("env:MASTER", null, "is empty or not there")]
    [InlineData("file:secrets/master", "hex", null)]
    [InlineData("file:secrets/master", null, "does not exist")]
    public void Load_KeyNamed_ItIsTaken(string reference, string? value, string? problem)
    {
        var bytes = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray();
        value = value switch { "hex" => Convert.ToHexString(bytes), "base64" => Convert.ToBase64String(bytes), _ => value };
        if (value is not null)
        {
            _folder.With("MASTER", value);
            Directory.CreateDirectory(Path.Combine(_folder.Root, "secrets"));
            File.WriteAllText(Path.Combine(_folder.Root, "secrets", "master"), value + "\n");
        }

        _folder.Write("conductor.yaml", $"server: {{ secret_key: \"{reference}\" }}\nproviders: {{ vllm: {{ plugin: openai-compatible, keys: [ \"{SealedValue.Seal(bytes, "vllm", First)}\" ] }} }}\n");
        var load = _folder.Load();

        if (problem is null)
        {
            Assert.Equal(First, load.Required.Providers["vllm"].Keys.Single().Reveal());
        }
        else
        {
            Assert.Contains(load.Problems, one => one.Path == "server.secret_key" && one.Message.Contains(problem, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Load_EncryptedTextInAVariable_IsNotOpened()
    {
        Write();
        var sealedText = MasterKey.Obtain(_folder.Load().Required, _folder.Environment).Seal("vllm", First);
        _folder.With("ELSEWHERE", sealedText).Write("conductor.yaml", "providers: { vllm: { plugin: openai-compatible, keys: [ \"${ELSEWHERE}\" ] } }");

        Assert.Equal(sealedText, _folder.Load().Required.Providers["vllm"].Keys.Single().Reveal());
    }

    [Fact]
    public async Task Rotate_EverythingOpensWithTheNewKeyAloneAndTheRestOfTheFileStays()
    {
        Write();
        var (before, old) = (Yaml, File.ReadAllText(KeyFile));

        Assert.Equal(2, await Rotation.RotateAsync(CancellationToken.None));

        Assert.NotEqual(old, File.ReadAllText(KeyFile));
        Assert.False(File.Exists(KeyFile + MasterKey.OldEnding));
        AssertOpens();
        Assert.Equal(Without(before), Without(Yaml));
        Assert.Empty(SealedOf(before).Intersect(SealedOf(Yaml)));
        File.WriteAllText(KeyFile, old);
        Assert.Equal(2, _folder.Load().Problems.Count);
    }

    /// <summary>Ended after each step: every value opens, and the next rotation ends what was begun.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Rotate_KilledBetweenSteps_EverythingOpensAndTheNextOneEndsIt(int steps)
    {
        Write();
        var before = Yaml;
        var rotation = Rotation;
        var path = rotation.FindPath();
        Func<Task>[] all =
        [
            () => { MasterKeyRotation.KeepOld(path); return Task.CompletedTask; },
            () => { MasterKeyRotation.PutNew(path); return Task.CompletedTask; },
            () => rotation.SealAnewAsync(CancellationToken.None),
            () => { MasterKeyRotation.DropOld(path); return Task.CompletedTask; },
        ];
        foreach (var step in all.Take(steps))
        {
            await step();
        }

        AssertOpens();
        var interrupted = File.ReadAllText(KeyFile);
        Assert.Equal(2, await Rotation.RotateAsync(CancellationToken.None));
        AssertOpens();
        Assert.NotEqual(interrupted, File.ReadAllText(KeyFile));
        Assert.False(File.Exists(KeyFile + MasterKey.OldEnding));
        Assert.Equal(Without(before), Without(Yaml));
    }

    [Fact]
    public async Task Rotate_FileThatMayNotBeChanged_TheKeyIsAsItWas()
    {
        Write();
        var (before, old) = (Yaml, File.ReadAllText(KeyFile));
        var elsewhere = _folder.File("elsewhere.yaml");
        File.Move(_folder.File("conductor.yaml"), elsewhere);
        File.CreateSymbolicLink(_folder.File("conductor.yaml"), elsewhere);

        Assert.Equal(SettingsEditFault.File, (await Assert.ThrowsAsync<SettingsEditException>(() => Rotation.RotateAsync(CancellationToken.None))).Fault);

        Assert.Equal((before, old), (Yaml, File.ReadAllText(KeyFile)));
    }

    [Fact]
    public async Task Rotate_KeyInAVariableOrNone_IsRefused()
    {
        _folder.Write("conductor.yaml", "{}");
        Assert.Equal(SettingsEditFault.Missing, (await Assert.ThrowsAsync<SettingsEditException>(() => Rotation.RotateAsync(CancellationToken.None))).Fault);
        _folder.With("MASTER", MasterKey.New()).Write("conductor.yaml", "server: { secret_key: \"env:MASTER\" }");
        Assert.Equal(SettingsEditFault.Conflict, (await Assert.ThrowsAsync<SettingsEditException>(() => Rotation.RotateAsync(CancellationToken.None))).Fault);
    }

    private void Write()
    {
        _folder.Write("conductor.yaml", "{}");
        var master = MasterKey.Obtain(_folder.Load().Required, _folder.Environment);
        _folder.Write("conductor.yaml", $$"""
            # the machine
            providers:
              vllm: # ours
                plugin: openai-compatible
                keys:
                  - "{{master.Seal("vllm", First)}}" # first
                  - { value: "{{master.Seal("vllm", Second)}}", weight: 3 } # second
                  - sk-in-plain-0123456789
            # the end

            """);
    }

    private void AssertOpens() => Assert.Equal([First, Second, "sk-in-plain-0123456789"], _folder.Load().Required.Providers["vllm"].Keys.Select(key => key.Reveal()));

    private static IEnumerable<string> SealedOf(string yaml) => yaml.Split('"').Where(SealedValue.Is);

    private static string Without(string yaml) => SealedOf(yaml).Aggregate(yaml, (text, value) => text.Replace(value, "", StringComparison.Ordinal));
}
