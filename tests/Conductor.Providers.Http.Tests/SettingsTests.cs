using Conductor.Plugins;

namespace Conductor.Providers.Http.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void BaseUrl_NotGiven_IsTheDefault()
    {
        var settings = HttpProviderSettings.Read(TestUpstream.Context(null), new HttpProviderDefaults { BaseUrl = "https://api.example/v1" });

        Assert.Equal("https://api.example/v1/", settings.BaseUrl.AbsoluteUri);
    }

    [Theory]
    [InlineData("proxy", "banana", "proxy.example")]
    [InlineData("proxy", "ftp://proxy.example", "proxy.example")]
    [InlineData("proxy", "http://proxy.example/path", "proxy.example")]
    [InlineData("ca_file", "/nowhere/ca.pem", "/nowhere/ca.pem")]
    [InlineData("extra_headers:x-api-key", "x", "both given")]
    [InlineData("extra_headers:Content-Length", "1", "Conductor sets itself")]
    [InlineData("extra_headers:x-org", "a\nb", "plain ASCII")]
    public void Mistakes_AreToldWithTheirPlace(string member, string value, string says)
    {
        var context = TestUpstream.Context("http://127.0.0.1:1", "key", (member, value));

        var mistake = Assert.Throws<PluginSettingsException>(() => HttpProviderSettings.Read(context, new HttpProviderDefaults { KeyHeader = new KeyHeader("x-api-key") }));

        Assert.Contains("providers.p." + member.Replace(':', '.'), mistake.Message, StringComparison.Ordinal);
        Assert.Contains(says, mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AServiceThatWantsAKey_IsNotCalledWithoutOne()
    {
        var service = new HttpProviderDefaults { BaseUrl = "https://api.example", NeedsKey = true };

        Assert.Contains("has no key", Assert.Throws<PluginSettingsException>(() => HttpProviderSettings.Read(TestUpstream.Context(null, null), service)).Message, StringComparison.Ordinal);
        Assert.NotNull(HttpProviderSettings.Read(TestUpstream.Context(null, "key"), service).Key);
        Assert.Null(HttpProviderSettings.Read(TestUpstream.Context("http://127.0.0.1:1", null), service).Key); // an address of one's own may want none
        Assert.Null(HttpProviderSettings.Read(TestUpstream.Context(null, null, ("extra_headers:authorization", "Basic x")), service).Key);
    }

    [Fact]
    public void Proxy_WithAPassword_IsNotRepeatedInAMistake()
    {
        var context = TestUpstream.Context("http://127.0.0.1:1", null, ("proxy", "gopher://user:pa55@proxy.example"));

        var mistake = Assert.Throws<PluginSettingsException>(() => HttpProviderSettings.Read(context, new HttpProviderDefaults()));

        Assert.DoesNotContain("pa55", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CaFile_WithoutACertificate_IsAMistake()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "nothing");
            var context = TestUpstream.Context("http://127.0.0.1:1", null, ("ca_file", file));

            Assert.Contains("without a certificate", Assert.Throws<PluginSettingsException>(() => HttpProviderSettings.Read(context, new HttpProviderDefaults())).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Reader_ReadsEveryKind()
    {
        var context = TestUpstream.Context(null, null, ("style", " V1 "), ("many", "3"), ("on", "yes"), ("rows:0", "a"), ("rows:1", " "), ("one", "b"), ("map:x", "y"));

        Assert.Equal("v1", SettingReader.Choice(context, "style", "v1", "classic"));
        Assert.Equal(3, SettingReader.Number(context, "many", 1, 3));
        Assert.True(SettingReader.Flag(context, "on"));
        Assert.Equal(["a"], SettingReader.List(context, "rows"));
        Assert.Equal(["b"], SettingReader.List(context, "one"));
        Assert.Equal([new("x", "y")], SettingReader.Map(context, "map"));
        Assert.Null(SettingReader.Text(context, "none"));
        Assert.Contains("one of: a, b", Assert.Throws<PluginSettingsException>(() => SettingReader.Choice(context, "style", "a", "b")).Message, StringComparison.Ordinal);
        Assert.Contains("from 4 to 5", Assert.Throws<PluginSettingsException>(() => SettingReader.Number(context, "many", 4, 5)).Message, StringComparison.Ordinal);
        Assert.Contains("true or false", Assert.Throws<PluginSettingsException>(() => SettingReader.Flag(context, "many")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b c", "a%2Fb%20c", "a/b%20c")]
    [InlineData("m?x=1#y", "m%3Fx%3D1%23y", "m%3Fx%3D1%23y")]
    public void Path_NamesOfCallers_StayInTheirPlace(string name, string segment, string segments)
    {
        Assert.Equal(segment, UpstreamPath.Segment(name));
        Assert.Equal(segments, UpstreamPath.Segments(name));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("a/../b")]
    public void Path_NamesThatLeadElsewhere_AreNoModels(string name) =>
        Assert.Equal(ProviderErrorKind.ModelNotFound, Assert.Throws<ProviderException>(() => UpstreamPath.Segments(name)).Kind);
}
