using System.Text;
using Conductor.Configuration.Editing;
using Conductor.TestKit;

namespace Conductor.Core.Tests.Configuration.Editing;

public sealed class SettingsEditorTests : IDisposable
{
    private readonly ConfigFolder _folder = new ConfigFolder().Write("conductor.yaml", "{}");

    private SettingsEditor Editor => new(_folder.Source(), new ManualTimeProvider());

    [Fact]
    public async Task Edit_FileThatIsNotThere_IsMade()
    {
        var load = await AddTenantAsync();

        Assert.Equal("tenants: { acme: {} }\n", File.ReadAllText(_folder.File("tenants.yaml")));
        Assert.True(load.Required.Tenants.ContainsKey("acme"));
        Assert.Equal([".tenants.yaml.lock", "conductor.yaml", "tenants.yaml"], Directory.EnumerateFiles(Path.GetDirectoryName(_folder.File("x"))!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Edit_MarkAndRights_Stay()
    {
        var path = _folder.File("tenants.yaml");
        File.WriteAllBytes(path, [.. Encoding.UTF8.Preamble, .. "# ü\r\ntenants:\r\n"u8]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        }

        await AddTenantAsync();

        Assert.Equal((byte[])[.. Encoding.UTF8.Preamble, .. "# ü\r\ntenants:\r\n  acme: {}\r\n"u8], File.ReadAllBytes(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Edit_SavedByAnEditorInBetween_BothAreThere()
    {
        var tries = 0;

        await Editor.EditAsync(SettingsFile.Tenants, (yaml, _) =>
        {
            yaml.Set("{}", "tenants", "acme");
            if (tries++ == 0)
            {
                _folder.Write("tenants.yaml", "tenants:\n  other: {}   # mine\n");
            }
        }, CancellationToken.None);

        Assert.Equal("tenants:\n  other: {}   # mine\n  acme: {}\n", File.ReadAllText(_folder.File("tenants.yaml")));
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task Edit_SavedByAnEditorAllTheTime_SaysSo()
    {
        var count = 0;

        var busy = await Assert.ThrowsAsync<SettingsEditException>(() => Editor.EditAsync(SettingsFile.Tenants, (_, _) => _folder.Write("tenants.yaml", $"# {count++}\n"), CancellationToken.None));

        Assert.Equal(SettingsEditFault.Busy, busy.Fault);
        Assert.Equal("# 4\n", File.ReadAllText(_folder.File("tenants.yaml")));
    }

    [Fact]
    public async Task Edit_SymbolicLink_RefusedWithASentence()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // links take rights there
        }

        var real = Path.Combine(_folder.Root, "real.yaml");
        File.WriteAllText(real, "tenants: {}\n");
        File.CreateSymbolicLink(_folder.File("tenants.yaml"), real);

        var refused = await Assert.ThrowsAsync<SettingsEditException>(AddTenantAsync);

        Assert.Equal(SettingsEditFault.File, refused.Fault);
        Assert.Contains("symbolic link", refused.Message, StringComparison.Ordinal);
        Assert.Equal("tenants: {}\n", File.ReadAllText(real));
    }

    [Fact]
    public async Task Edit_ReadOnlyFile_RefusedWithASentence()
    {
        _folder.Write("tenants.yaml", "tenants: {}\n");
        File.SetAttributes(_folder.File("tenants.yaml"), FileAttributes.ReadOnly);
        try
        {
            var refused = await Assert.ThrowsAsync<SettingsEditException>(AddTenantAsync);

            Assert.Contains("may not be written", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.SetAttributes(_folder.File("tenants.yaml"), FileAttributes.Normal);
        }
    }

    [Theory]
    [InlineData("conductor.yaml", "servre: {}", SettingsEditFault.Broken, "servre")]
    [InlineData("tenants.yaml", "keys: &k []\ntenants: *k\n", SettingsEditFault.Broken, "must be")]
    [InlineData("tenants.yaml", "tenants: &t\n  other: &o {}\n...\n", SettingsEditFault.File, "marks its end")]
    public async Task Edit_FilesThatAreWrong_LeftAsTheyAre(string file, string text, SettingsEditFault fault, string says)
    {
        _folder.Write(file, text);

        var refused = await Assert.ThrowsAsync<SettingsEditException>(AddTenantAsync);

        Assert.Equal(fault, refused.Fault);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_folder.File(file)));
    }

    [Fact]
    public async Task Edit_ResultThatNobodyWouldRead_Refused()
    {
        var refused = await Assert.ThrowsAsync<SettingsEditException>(() => Editor.EditAsync(
            SettingsFile.Tenants, (yaml, _) => yaml.Set($"{{ acme: {{ models: [ \"{new string('x', 5 * 1024 * 1024)}\" ] }} }}", "tenants"), CancellationToken.None));

        Assert.Equal(SettingsEditFault.Invalid, refused.Fault);
        Assert.Contains("4 MiB", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("tenants.yaml")));
    }

    [Fact]
    public async Task Edit_WithoutAnyFile_SaysWhatToDo()
    {
        File.Delete(_folder.File("conductor.yaml"));

        var refused = await Assert.ThrowsAsync<SettingsEditException>(AddTenantAsync);

        Assert.Contains("no conductor.yaml", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_OtherDocuments_TheirOwnRules()
    {
        _folder.Write("models.yaml", "aliases:\n  fast: { targets: [ local/x ] }   # ours\n");

        var load = await Editor.EditAsync(SettingsFile.Models, (yaml, _) => yaml.Set("{ targets: [ fast ] }", "aliases", "cheap"), CancellationToken.None);
        var refused = await Assert.ThrowsAsync<SettingsEditException>(() => Editor.EditAsync(SettingsFile.Models, (yaml, _) => yaml.Set("{ targets: [ nobody/x ] }", "aliases", "bad"), CancellationToken.None));

        Assert.Equal(["fast", "cheap"], load.Required.Aliases.Keys);
        Assert.Equal("aliases:\n  fast: { targets: [ local/x ] }   # ours\n  cheap: { targets: [ fast ] }\n", File.ReadAllText(_folder.File("models.yaml")));
        Assert.Equal("aliases.bad.targets[0]", refused.Problems[0].Path);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Conductor.Configuration.SettingsLoad> AddTenantAsync() => Editor.EditAsync(SettingsFile.Tenants, (yaml, _) => yaml.Set("{}", "tenants", "acme"), CancellationToken.None);
}
