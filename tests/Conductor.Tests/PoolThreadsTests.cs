using Conductor.Plugins;

namespace Conductor.Tests;

public sealed class PoolThreadsTests
{
    [Theory]
    [InlineData(null, null, false)] // what .NET does by itself: an idle thread ends after 20 s
    [InlineData("-1", null, true)]
    [InlineData(null, "-1", true)]
    [InlineData("8", null, false)]
    [InlineData("-1", "4", false)] // the environment goes before the configuration
    public void Stay_ByWhatTheProcessWasStartedWith(string? configured, string? environment, bool expected)
    {
        Assert.Equal(expected, PoolThreads.DoStay(
            name => name == "System.Threading.ThreadPool.ThreadsToKeepAlive" ? configured : null,
            name => name == "DOTNET_ThreadPool_ThreadsToKeepAlive" ? environment : null));
        Assert.Equal(expected, PoolThreads.DoStay(
            name => name == "System.Threading.ThreadPool.ThreadTimeoutMs" ? configured : null,
            name => name == "DOTNET_ThreadPool_ThreadTimeoutMs" ? environment : null));
    }

    [Fact]
    public void Stay_InThisProcess_WhichLoadsAndUnloadsPlugins() => Assert.True(PoolThreads.Stay);
}
