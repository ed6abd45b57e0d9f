using DgxMusic.Tensors.Managed;

namespace DgxMusic.Tensors.Tests;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyTimes_RunsEveryTaskOnce(int workers)
    {
        using var pool = new WorkerPool(workers);
        int[] runs = new int[100];
        for (int round = 0; round < 2_000; round++) pool.Run(round % runs.Length, new Count(runs));
        for (int task = 0; task < runs.Length; task++) Assert.Equal(20 * (99 - task), runs[task]);
    }

    [Fact]
    public void Run_FromSeveralThreads_TakesTurns()
    {
        using var pool = new WorkerPool(3);
        int[] runs = new int[50];
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => pool.Run(50, new Count(runs)));
        Assert.All(runs, count => Assert.Equal(200, count));
    }

    [Fact]
    public void Run_TaskFails_ThrowsItsExceptionAndGoesOn()
    {
        using var pool = new WorkerPool(2);
        Assert.Throws<InvalidOperationException>(() => pool.Run(20, new Fail()));
        int[] runs = new int[20];
        pool.Run(20, new Count(runs));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Run_AfterSleep_WakesTheThreads()
    {
        using var pool = new WorkerPool(2);
        int[] runs = new int[8];
        for (int round = 0; round < 5; round++)
        {
            pool.Run(8, new Count(runs));
            Thread.Sleep(20);   // longer than idle threads spin
        }

        Assert.All(runs, count => Assert.Equal(5, count));
    }

    readonly struct Count(int[] runs) : IWork
    {
        public void Run(int task, int worker) => Interlocked.Increment(ref runs[task]);
    }

    readonly struct Fail : IWork
    {
        public void Run(int task, int worker)
        {
            if (task == 7) throw new InvalidOperationException("seven");
        }
    }
}
