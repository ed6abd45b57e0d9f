using DgxMusic.GpuWorker;

return await WorkerProgram.RunAsync(args);
